// The operations that are answered, where an operator has listed them: no others are. A document is asked for by its id
// or by its text; how a text is spaced or commented does not matter.
import { hash } from "node:crypto";
import { type DocumentNode, parse, print } from "graphql";
import { AppError } from "../domain/error.ts";

export interface ListedDocument {
  /** Besides the SHA-256 of its text, by which it can always be asked for; null: by that alone. */
  readonly id: string | null;
  readonly text: string;
}

/** What a request says about its document. */
export interface DocumentWish {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

export interface AllowList {
  /** Null where there is none with this id. */
  textOf(id: string): string | null;
  has(document: DocumentNode): boolean;
}

/** @throws GraphQLError where one of the texts is no document. */
export const createAllowList = (documents: readonly ListedDocument[]): AllowList => {
  const texts = new Map<string, string>();
  const known = new Set<string>();
  for (const { id, text } of documents) {
    known.add(print(parse(text)));
    for (const name of [sha256(text), id]) if (name !== null) texts.set(name, text);
  }
  return {
    textOf: (id) => texts.get(id.replace(/^sha256:/, "")) ?? null,
    has: (document) => known.has(print(document)),
  };
};

const sha256 = (text: string): string => hash("sha256", text);

/** @throws AppError FORBIDDEN where there is a list and the document is not on it. */
export const checkListed = (document: DocumentNode, list: AllowList | null): void => {
  if (list !== null && !list.has(document)) throw notListed("This document is not one of them.");
};

/**
 * The text of the document that is asked for; null where the request names none.
 * @throws AppError FORBIDDEN where it names one that is not listed, BAD_USER_INPUT where nothing is.
 */
export const textOf = ({ query, documentId, extensions }: DocumentWish, list: AllowList | null): string | null => {
  if (typeof query === "string" && query !== "") return query;
  const id = typeof documentId === "string" ? documentId : hashIn(extensions);
  if (id === null) return null;
  if (list === null)
    throw new AppError("BAD_USER_INPUT", "This server has no list of operations. Send the document itself as query.");
  const text = list.textOf(id);
  if (text === null) throw notListed("None of them has this id.");
  return text;
};

const notListed = (what: string): AppError =>
  new AppError("FORBIDDEN", `This server answers only operations that are listed (ALLOWED_OPERATIONS). ${what}`, {
    details: { reason: "OPERATION_NOT_LISTED" },
  });

/** As clients with persisted queries send it. */
const hashIn = (extensions: unknown): string | null => {
  if (!isObject(extensions) || !isObject(extensions.persistedQuery)) return null;
  const { sha256Hash } = extensions.persistedQuery;
  return typeof sha256Hash === "string" ? sha256Hash : null;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
