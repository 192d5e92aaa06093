// GraphiQL, whole from this server: its package gives one page with everything written into it, which is taken apart
// here, so that the page may be told to run nothing but files.
import type { IncomingMessage, ServerResponse } from "node:http";
import { EXAMPLES } from "../graphql/examples.ts";
import { setPagePolicy } from "./headers.ts";

const SCRIPT = "/graphiql/script.js";
const STYLE = "/graphiql/style.css";

interface Parts {
  readonly script: string;
  readonly style: string;
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Surecount</title>
    <link rel="icon" href="/favicon.svg">
    <link rel="stylesheet" href="${STYLE}">
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script src="${SCRIPT}"></script>
  </body>
</html>
`;

/** Whether somebody looks at the API with a browser. */
export const wantsGraphiQL = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && (headers.accept ?? "").includes("text/html");

export const sendGraphiQL = (response: ServerResponse): void => {
  // Its editor makes style sheets as it goes, and workers from what is in its own script.
  setPagePolicy(response, {
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self' data:",
    "worker-src": "blob:",
  });
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
  response.end(PAGE);
};

/** The files that the page loads, by their paths. */
export const createGraphiQLFiles = () => {
  let loading: Promise<Parts> | undefined;
  const send =
    (part: keyof Parts, type: string) =>
    async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
      loading ??= load();
      const text = (await loading)[part];
      response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache" });
      response.end(text);
    };
  return { [SCRIPT]: send("script", "text/javascript"), [STYLE]: send("style", "text/css") };
};

const load = async (): Promise<Parts> => {
  // 9 MB of text: 50 MB of memory and 50 ms of the start for those who never look at it.
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const page = renderGraphiQL({ defaultQuery: EXAMPLES, endpoint: "/graphql", subscriptionsProtocol: "WS" });
  return {
    style: page.slice(page.indexOf("<style>") + "<style>".length, page.indexOf("</style>")),
    script: page.slice(page.indexOf("<script>") + "<script>".length, page.lastIndexOf("</script>")),
  };
};
