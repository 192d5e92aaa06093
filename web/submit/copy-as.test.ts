import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { buildSchema, Kind, parse, validate, valueFromASTUntyped } from "graphql";
import { expect, test } from "vitest";
import { curlOf, graphqlOf, type Sending, typescriptOf } from "./copy-as.ts";

const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
const ENDPOINT = "http://localhost:3000/graphql";

const sending = (text: string, more: Partial<Sending> = {}): Sending => ({
  ...{ text, isBatch: false, idempotencyKey: null, simulateFailure: null },
  ...more,
});

/** What curl is given as its body when a shell runs the command. */
const bodiesIn = (commands: readonly string[]): readonly string[] => {
  const script = `curl() { for last; do :; done; printf '%s\\0' "$last"; }\n${commands.join("\n")}`;
  return execFileSync("sh", { input: script, encoding: "utf8" }).split("\0").slice(0, -1);
};

test("a shell gives curl the same event, whatever the JSON holds", () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const hostile = ["it's", "$(reboot) `id` $HOME !!", "\\\\'\\", "é漢😀\u2028", "%s\\n", "'\\''", ...ascii];
  const events = hostile.map((text) => ({ [text]: text, [`\\${text}`]: [`${text}'`] }));
  const bodies = bodiesIn(events.map((event) => curlOf(sending(JSON.stringify(event, null, 2)), ENDPOINT)));
  expect(bodies.map((body) => JSON.parse(body).variables.input.event)).toEqual(
    events.map((event) => JSON.parse(JSON.stringify(event))),
  );
  // In fish a backslash before a backslash or a quote is one even in single quotes.
  expect(curlOf(sending(JSON.stringify(hostile)), ENDPOINT).split("--data-raw ")[1]).not.toMatch(/^'.*(\\\\|\\').*'$/s);
});

test("digits, a key and a failure to simulate come along", () => {
  const text = '{"amount": 12345678901234567890.50, "n": 1e400}';
  const given = sending(text, { idempotencyKey: `it's "7"`, simulateFailure: "AFTER_COMMIT" });
  const [body = ""] = bodiesIn([curlOf(given, ENDPOINT)]);
  expect(body).toContain(text);
  expect(JSON.parse(body).variables.input).toMatchObject({
    idempotencyKey: `it's "7"`,
    simulateFailure: "AFTER_COMMIT",
  });
  expect(graphqlOf(given)).toContain(
    `{event: {amount: 12345678901234567890.50, n: 1e400}, idempotencyKey: "it's \\"7\\"", simulateFailure: AFTER_COMMIT}`,
  );
});

test("each document is valid, and says the same event", () => {
  for (const [text, isBatch] of [
    ['{"client": "a", "simulateFailure": "NO", "data": [1.0, null, "$input"]}', false],
    ['{"not a name": {"x": "line\\nend"}}', false],
    ['[{"a": 1}, {"b": 2}]', true],
    ['[{"odd-key": 1}]', true],
  ] as const) {
    const document = parse(graphqlOf(sending(text, { isBatch, simulateFailure: "BEFORE_TRANSACTION" })));
    expect(validate(schema, document)).toEqual([]);
  }
  const text = '{"a": "$input \\\\ \\"", "b": [true, {"c": 1.5}]}';
  const [operation] = parse(graphqlOf(sending(text))).definitions;
  const field = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections[0] : undefined;
  const argument = field?.kind === Kind.FIELD ? field.arguments?.[0] : undefined;
  expect(argument && valueFromASTUntyped(argument.value)).toEqual({ event: JSON.parse(text) });
});

test("a program sends what curl sends", async () => {
  for (const text of ['{"a": "it\'s"}', '{"n": 12345678901234567890}', '{"__proto__": {"a": 1}}']) {
    const given = sending(text);
    let sent = "";
    const fetch = async (_url: string, init: { body: string }) => {
      sent = init.body;
      return { json: async () => null };
    };
    const run = new Function("fetch", "console", `return (async () => {${typescriptOf(given, ENDPOINT)}})()`);
    await run(fetch, { log: () => undefined });
    const [body = ""] = bodiesIn([curlOf(given, ENDPOINT)]);
    expect(JSON.parse(sent)).toEqual(JSON.parse(body));
    if (text.includes("1234")) expect(sent).toContain(text);
  }
});

test("where the server asks for a token both take it from the environment", () => {
  const given = sending("{}");
  expect(curlOf(given, ENDPOINT, { wantsToken: true })).toContain('-H "authorization: Bearer $SURECOUNT_TOKEN"');
  expect(typescriptOf(given, ENDPOINT, { wantsToken: true })).toContain('"Bearer " + process.env.SURECOUNT_TOKEN');
  expect(curlOf(given, ENDPOINT) + typescriptOf(given, ENDPOINT)).not.toContain("TOKEN");
});
