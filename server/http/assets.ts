// The built dashboard: its files, and its one page for every other path.
import type { IncomingMessage, ServerResponse } from "node:http";
import sirv from "sirv";
import { secure, setPagePolicy } from "./headers.ts";

/** Serves the folder as it is now. */
export const createAssets = (folder: string) => {
  const serve = sirv(folder, {
    single: true,
    etag: true,
    setHeaders: (response, path) => {
      // The names of these files change with their content.
      response.setHeader(
        "cache-control",
        path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      );
    },
  });
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      notFound(response);
      return;
    }
    // Here, as sirv tells nothing of a 304, and its headers take the place of those that the browser has kept.
    setPagePolicy(response);
    serve(request, response, () => notFound(response));
  };
};

const notFound = (response: ServerResponse): void => {
  secure(response);
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
  response.end("There is nothing here. The dashboard is at /, the API at /graphql.\n");
};
