// How two events that claim one identity differ: two raw spellings leaf by leaf, or the facts of two events.
import type { Difference, Facts } from "./event.ts";
import { boundedJson, canonicalJson, type Json } from "./json.ts";
import { itemPath, keyPath } from "./path.ts";

const MAX_DIFFERENCES = 100;
/** Deeper than any event that is counted; below it, values are compared and shown as a whole. */
const MAX_DEPTH = 64;

/** A place still to be compared. */
interface Pair {
  readonly path: string;
  readonly existing: Json | undefined;
  readonly received: Json | undefined;
  readonly depth: number;
}

/**
 * How two raw spellings differ, leaf by leaf, in the order of their paths; at most 100. Empty where they are equal as
 * JSON: the order of keys is no difference. Long values are cut.
 */
export function rawDifferences(existing: Json, received: Json): readonly Difference[] {
  const differences: Difference[] = [];
  const stack: Pair[] = [{ path: "", existing, received, depth: 1 }];
  for (let pair = stack.pop(); pair !== undefined && differences.length < MAX_DIFFERENCES; pair = stack.pop()) {
    if (pair.existing === pair.received) continue;
    const parts = partsOf(pair);
    if (parts !== null) {
      for (let index = parts.length - 1; index >= 0; index--) stack.push(parts[index] as Pair);
    } else if (!isSame(pair))
      differences.push({ path: pair.path, existing: shown(pair.existing), received: shown(pair.received) });
  }
  return differences;
}

/** The parts of two arrays or two objects, in order; null for anything else. */
function partsOf({ path, existing, received, depth }: Pair): Pair[] | null {
  if (!isContainer(existing) || !isContainer(received) || depth > MAX_DEPTH) return null;
  if (Array.isArray(existing) !== Array.isArray(received)) return null;
  const pairAt = (key: string | number): Pair => ({
    path: typeof key === "number" ? itemPath(path, key) : keyPath(path, key),
    existing: own(existing, key),
    received: own(received, key),
    depth: depth + 1,
  });
  if (Array.isArray(existing) && Array.isArray(received)) {
    return Array.from({ length: Math.max(existing.length, received.length) }, (_, index) => pairAt(index));
  }
  const keys = new Set([...Object.keys(existing), ...Object.keys(received)]);
  return [...keys].sort().map(pairAt);
}

type Container = { readonly [key: string | number]: Json };

const isContainer = (value: Json | undefined): value is Container => typeof value === "object" && value !== null;

/** `__proto__` and `constructor` are keys like any other: only what is the value's own counts. */
const own = (container: Container, key: string | number): Json | undefined =>
  Object.hasOwn(container, key) ? container[key] : undefined;

function isSame({ existing, received }: Pair): boolean {
  if (!isContainer(existing) || !isContainer(received)) return existing === received;
  return canonicalJson(existing) === canonicalJson(received);
}

const shown = (value: Json | undefined): Json | undefined => (value === undefined ? undefined : boundedJson(value));

const factOrder = ["client", "metric", "amount", "unit", "timestamp"] as const;

/** The facts that differ, timestamps with all their digits; the paths are the names of the facts. */
export function factDifferences(existing: Facts, received: Facts): readonly Difference[] {
  return factOrder
    .filter((fact) => existing[fact] !== received[fact])
    .map((fact) => ({ path: fact, existing: existing[fact], received: received[fact] }));
}
