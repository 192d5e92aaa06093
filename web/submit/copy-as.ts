// What the form would send, as text for other places: a shell, a GraphQL client, a program. Each does the same as the
// form, to the last digit.
import type { FailurePoint } from "../api/operations.ts";
import { graphqlLiteral, itemTexts, lostDigits } from "./json-text.ts";

export interface Sending {
  /** The valid JSON text of an event, or of an array of them. */
  readonly text: string;
  readonly isBatch: boolean;
  readonly idempotencyKey: string | null;
  readonly simulateFailure: FailurePoint | null;
}

const RESULT = "outcome receipt { seq at fingerprint } warnings { code path message }";
const REJECTED = "... on EventRejected { problems { code path message hint } }";
const single = `ingestEvent(input: $input) { ${RESULT} ${REJECTED} }`;
const batch = `ingestEvents(input: $input) { accepted duplicates conflicts rejected results { ${RESULT} ${REJECTED} } }`;

const fieldOf = ({ isBatch }: Sending): string => (isBatch ? batch : single);

const documentOf = (sending: Sending): string =>
  `mutation ($input: ${sending.isBatch ? "IngestEventsInput" : "IngestEventInput"}!) { ${fieldOf(sending)} }`;

/** How an input is written: as JSON, or as a literal of GraphQL. */
interface Notation {
  readonly key: (name: string) => string;
  readonly event: (text: string) => string;
  /** The value of an enum. */
  readonly name: (value: string) => string;
}

const json: Notation = {
  key: (name) => `"${name}":`,
  event: (text) => text,
  name: (value) => `"${value}"`,
};

const literal: Notation = {
  key: (name) => `${name}: `,
  event: (text) => graphqlLiteral(text) ?? "",
  name: (value) => value,
};

/** The input with the text of each event as it is. */
const inputIn = (notation: Notation, { text, isBatch, idempotencyKey, simulateFailure }: Sending): string => {
  if (!isBatch) return itemIn(notation, { text, idempotencyKey, simulateFailure });
  // Any one item's failure is that of the whole request.
  const items = itemTexts(text).map((item, index) =>
    itemIn(notation, { text: item, idempotencyKey: null, simulateFailure: index === 0 ? simulateFailure : null }),
  );
  return `{${notation.key("events")}[${items.join(", ")}]}`;
};

const itemIn = (
  { key, event, name }: Notation,
  { text, idempotencyKey, simulateFailure }: Omit<Sending, "isBatch">,
): string => {
  const fields = [
    `${key("event")}${event(text)}`,
    ...(idempotencyKey === null ? [] : [`${key("idempotencyKey")}${JSON.stringify(idempotencyKey)}`]),
    ...(simulateFailure === null ? [] : [`${key("simulateFailure")}${name(simulateFailure)}`]),
  ];
  return `{${fields.join(", ")}}`;
};

const bodyOf = (sending: Sending): string =>
  `{"query":${JSON.stringify(documentOf(sending))},"variables":{"input":${inputIn(json, sending)}}}`;

interface Asking {
  /** Whether the server asks for a token: it is taken from the environment, and never shown. */
  readonly wantsToken?: boolean;
}

/** A command for sh, bash, zsh and fish. */
export const curlOf = (sending: Sending, endpoint: string, { wantsToken = false }: Asking = {}): string =>
  [
    `curl -s ${quoteForShell(endpoint)}`,
    ...(wantsToken ? ['-H "authorization: Bearer $SURECOUNT_TOKEN"'] : []),
    `-H 'content-type: application/json'`,
    `--data-raw '${withoutQuotes(bodyOf(sending))}'`,
  ].join(" \\\n  ");

const quoteForShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The same JSON without what a shell could read in single quotes: the quote that ends them, and in fish a backslash
 * before a backslash. Both can stand in strings of JSON alone, where they have another spelling.
 */
const withoutQuotes = (json: string): string =>
  json
    .replaceAll("'", "\\u0027")
    .replace(/\\(.)/gs, (whole, escaped: string) => (escaped === "\\" ? "\\u005c" : whole));

/** A document that can be run as it is; with variables in a comment where JSON has keys that GraphQL cannot write. */
export const graphqlOf = (sending: Sending): string => {
  if (graphqlLiteral(sending.text) !== null)
    return `mutation {\n  ${fieldOf(sending).replace("$input", () => inputIn(literal, sending))}\n}`;
  const variables = `{ "input": ${inputIn(json, sending)} }`;
  return `${documentOf(sending)}\n\n# Variables:\n${variables.replace(/^/gm, "# ")}`;
};

/** A program for Node, Deno, Bun or, where no token is needed, a browser. */
export const typescriptOf = (sending: Sending, endpoint: string, { wantsToken = false }: Asking = {}): string =>
  [
    `const response = await fetch(${JSON.stringify(endpoint)}, {`,
    `  method: "POST",`,
    ...(wantsToken
      ? [
          "  headers: {",
          `    "content-type": "application/json",`,
          `    authorization: "Bearer " + process.env.SURECOUNT_TOKEN,`,
          "  },",
        ]
      : [`  headers: { "content-type": "application/json" },`]),
    `  body: ${programBodyOf(sending)},`,
    "});",
    "console.log(await response.json());",
  ].join("\n");

/** JSON is also a literal of the language, unless it holds numbers or keys that mean something else there. */
const programBodyOf = (sending: Sending): string => {
  if (lostDigits(sending.text).length > 0 || /__proto__|\\u/.test(sending.text)) return JSON.stringify(bodyOf(sending));
  const query = JSON.stringify(documentOf(sending));
  return `JSON.stringify({\n    query: ${query},\n    variables: { input: ${inputIn(json, sending)} },\n  })`;
};
