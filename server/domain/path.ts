// Paths into a raw event, as people write them: `data.type`, `items[0]`, and `["odd.name"]` for a key that such a
// path could not hold.
import type { Json } from "./json.ts";

const MAX_KEY_LENGTH = 128;
const ordinaryKey = /^[\w$ -]+$/;
const oddCharacter = /[.[\]"\p{Cc}]/u;

/** The path of a key. A long key is cut, so that paths stay small. */
export function keyPath(parent: string, key: string): string {
  if (key.length <= MAX_KEY_LENGTH && (ordinaryKey.test(key) || isSpeakable(key))) {
    return parent === "" ? key : `${parent}.${key}`;
  }
  return `${parent}[${JSON.stringify(key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key)}]`;
}

/** The path of an item of an array. */
export const itemPath = (parent: string, index: number): string => `${parent}[${index}]`;

const isSpeakable = (key: string): boolean => key !== "" && !oddCharacter.test(key) && key.isWellFormed();

const segment = /(^|\.)([^.[\]"]+)|\[(\d{1,9})\]|\[("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))+")\]/uy;

/** The keys and indexes of a path; null where it is not one. */
export function parsePath(path: string): readonly (string | number)[] | null {
  const segments: (string | number)[] = [];
  segment.lastIndex = 0;
  while (segment.lastIndex < path.length) {
    const match = segment.exec(path);
    if (match === null) return null;
    const [, dot, name, index, quoted] = match;
    if (dot === "." && segments.length === 0) return null;
    segments.push(name ?? (index === undefined ? JSON.parse(quoted as string) : Number(index)));
  }
  return typeof segments[0] === "string" ? segments : null;
}

/** The path itself and those of all that it leads through. */
export function prefixesOf(path: string): readonly string[] {
  const prefixes: string[] = [];
  let prefix = "";
  for (const step of parsePath(path) ?? []) {
    prefix = typeof step === "number" ? itemPath(prefix, step) : keyPath(prefix, step);
    prefixes.push(prefix);
  }
  return prefixes;
}

export interface Found {
  readonly path: string;
  readonly value: Json;
}

/** Every value that a path leads to: several where keys differ in spelling only. `matches` compares a key with a name. */
export function valuesAt(
  root: Json,
  segments: readonly (string | number)[],
  matches: (key: string, name: string) => boolean,
): readonly Found[] {
  let found: readonly Found[] = [{ path: "", value: root }];
  for (const step of segments) found = found.flatMap((place) => stepInto(place, step, matches));
  return found;
}

function stepInto(
  { path, value }: Found,
  step: string | number,
  matches: (key: string, name: string) => boolean,
): Found[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const item = typeof step === "number" ? (value as readonly Json[])[step] : undefined;
    return item === undefined ? [] : [{ path: itemPath(path, step as number), value: item }];
  }
  if (typeof step === "number") return [];
  const object = value as { readonly [key: string]: Json };
  return Object.keys(object)
    .filter((key) => matches(key, step))
    .map((key) => ({ path: keyPath(path, key), value: object[key] as Json }));
}
