import { readFile } from "node:fs/promises";
import type { Client, TypedDocumentNode } from "@urql/core";
import { print } from "graphql";
import { expect, test } from "vitest";
import { askSamples } from "./format-samples.ts";
import { operationsFile } from "./generate.ts";

/** A server with so many events; what it was asked is added to the documents. */
const serverWith = (count: number, documents: string[]): Client => {
  const explain = (id: string) => ({ steps: [], event: { warnings: [{ code: id }] } });
  const answer = (variables: Readonly<Record<string, string>>) => {
    const edges = Array.from({ length: count }, (_, index) => ({ node: { id: `event-${index}` } }));
    if ("clients" in variables) return { events: { edges } };
    return Object.fromEntries(Object.entries(variables).map(([name, id]) => [name.replace("id", "e"), explain(id)]));
  };
  const query = (document: TypedDocumentNode, variables: Readonly<Record<string, string>>) => {
    documents.push(print(document));
    return { toPromise: async () => ({ data: answer(variables) }) };
  };
  return { query } as unknown as Client;
};

test.each([0, 1, 10, 13, 100])(
  "%i events are each looked at once, with documents that every server knows",
  async (count) => {
    const documents: string[] = [];
    const asked = await askSamples(serverWith(count, documents), "till");
    expect(asked).toEqual({
      kind: "samples",
      samples: Array.from({ length: count }, (_, index) => ({ steps: [], warnings: [{ code: `event-${index}` }] })),
    });
    const known = new Set(Object.values(JSON.parse(await readFile(operationsFile, "utf8")) as Record<string, string>));
    expect(documents.filter((document) => !known.has(document))).toEqual([]);
  },
);
