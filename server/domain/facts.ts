// Where the facts of a raw event are found: under which names, at which level, and which name beats which.
// Precomputed tables, one lookup a key: this runs for every field of every event.
import type { Facts } from "./event.ts";
import type { Json } from "./json.ts";
import { keyPath, parsePath, prefixesOf, valuesAt } from "./path.ts";
import type { Aliases } from "./profile.ts";

export type Fact = keyof Facts;

/** What beats what: the profile's alias, the canonical name, any other alias. */
export const ranks = { profile: 0, canonical: 1, alias: 2 } as const;
export type Rank = (typeof ranks)[keyof typeof ranks];

/** A field that may be a fact. */
export interface Candidate {
  readonly path: string;
  readonly value: Json;
  readonly rank: Rank;
  /** Given as `currency`: such a unit is put in capitals. */
  readonly isCurrency: boolean;
}

export interface FoundFacts {
  readonly candidates: { readonly [fact in Fact]: readonly Candidate[] };
  /** Paths of the fields that have no meaning. */
  readonly unknown: readonly string[];
}

const factNames: { readonly [fact in Fact]: readonly string[] } = {
  client: ["client", "clientId", "source", "customer", "tenant", "sender", "origin", "account"],
  metric: ["metric", "metricType", "type", "name", "event", "eventType", "measure"],
  amount: ["amount", "value", "total", "quantity", "qty", "sum", "price"],
  // `dateTime` and `timeStamp` are ways to write `datetime` and `timestamp`, so `date_time` is another.
  timestamp: [
    "timestamp",
    "timeStamp",
    "time",
    "ts",
    "date",
    "datetime",
    "dateTime",
    "occurredAt",
    "createdAt",
    "eventTime",
    "at",
  ],
  unit: ["unit", "currency", "uom"],
};
const canonicalNames: ReadonlySet<string> = new Set(["client", "metric", "amount", "timestamp", "timeStamp", "unit"]);
const wrapperNames: ReadonlySet<string> = new Set(["payload", "data", "body", "event", "attributes", "properties"]);
/** As many as an event may have keys: one that is refused for having more need not have all of them looked at. */
const MAX_LISTED = 1_000;

/** What a name stands for. */
interface Meaning {
  readonly fact: Fact;
  readonly rank: Rank;
  readonly isCurrency: boolean;
  /** `event` is a metric as text only. */
  readonly textOnly: boolean;
}

/** The aliases of a profile, ready for use. */
interface Lookup {
  /** By spelling in small letters. */
  readonly names: ReadonlyMap<string, readonly Meaning[]>;
  readonly paths: readonly { readonly segments: readonly (string | number)[]; readonly meaning: Meaning }[];
}

/** All spellings of a name, in small letters: camel, snake and kebab. */
function spellings(name: string): readonly string[] {
  const words = name.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|[-_]/u);
  if (words.length === 1 || words.includes("")) return [name.toLowerCase()];
  return [name, words.join(""), words.join("_"), words.join("-")].map((spelling) => spelling.toLowerCase());
}

const builtInNames: ReadonlyMap<string, readonly Meaning[]> = new Map(
  (Object.keys(factNames) as Fact[]).flatMap((fact) =>
    factNames[fact].flatMap((name) => {
      const rank = canonicalNames.has(name) ? ranks.canonical : ranks.alias;
      const meaning = { fact, rank, isCurrency: name === "currency", textOnly: name === "event" };
      return spellings(name).map((spelling) => [spelling, [meaning]] as const);
    }),
  ),
);

const lookups = new WeakMap<Aliases, Lookup>();

function lookupFor(aliases: Aliases): Lookup {
  const known = lookups.get(aliases);
  if (known !== undefined) return known;
  const lookup = buildLookup(aliases);
  lookups.set(aliases, lookup);
  return lookup;
}

/** A name in the profile loses the meaning that it has by itself. */
function buildLookup(aliases: Aliases): Lookup {
  const own = new Map<string, Meaning[]>();
  const paths: { segments: readonly (string | number)[]; meaning: Meaning }[] = [];
  for (const fact of Object.keys(factNames) as Fact[]) {
    for (const alias of aliases[fact]) {
      const segments = parsePath(alias);
      const last = segments?.at(-1);
      if (segments === null || last === undefined) continue;
      const isCurrency = fact === "unit" && String(last).toLowerCase() === "currency";
      const meaning = { fact, rank: ranks.profile, isCurrency, textOnly: false };
      if (segments.length > 1) paths.push({ segments, meaning });
      else addName(String(last), meaning, own);
    }
  }
  return { names: own.size === 0 ? builtInNames : new Map([...builtInNames, ...own]), paths };
}

/** Named twice for one fact, in two case styles perhaps, a field is still one candidate. */
function addName(name: string, meaning: Meaning, names: Map<string, Meaning[]>): void {
  for (const spelling of spellings(name)) {
    const meanings = names.get(spelling) ?? [];
    if (!meanings.some(({ fact }) => fact === meaning.fact)) names.set(spelling, [...meanings, meaning]);
  }
}

interface Search {
  readonly lookup: Lookup;
  readonly candidates: { readonly [fact in Fact]: Candidate[] };
  readonly unknown: string[];
  /** Paths that the profile names, and the fields on the way to them. */
  readonly taken: Set<string>;
}

/** Finds all candidates for each fact, at the top level and one level down in a wrapper. Null counts as absent. */
export function findFacts(raw: { readonly [key: string]: Json }, aliases: Aliases): FoundFacts {
  const lookup = lookupFor(aliases);
  const candidates = { client: [], metric: [], unit: [], amount: [], timestamp: [] };
  const search: Search = { lookup, candidates, unknown: [], taken: noPaths };
  const byPath = lookup.paths.length === 0 ? search : { ...search, taken: findByPath(raw, search) };
  for (const key in raw) {
    const value = raw[key] as Json;
    if (value === null) continue;
    if (typeof value === "object" && !Array.isArray(value) && wrapperNames.has(key.toLowerCase())) {
      findInWrapper(key, value as { readonly [key: string]: Json }, byPath);
    } else addField(keyPath("", key), { key, value }, byPath);
  }
  return search;
}

const noPaths: Set<string> = new Set();

function findByPath(raw: Json, { lookup, candidates }: Search): Set<string> {
  const taken = new Set<string>();
  for (const { segments, meaning } of lookup.paths) {
    for (const { path, value } of valuesAt(raw, segments, (key, name) => spellings(name).includes(key.toLowerCase()))) {
      const found = candidates[meaning.fact];
      if (value === null || found.some((candidate) => candidate.path === path)) continue;
      for (const prefix of prefixesOf(path)) taken.add(prefix);
      found.push({ path, value, rank: meaning.rank, isCurrency: meaning.isCurrency });
    }
  }
  return taken;
}

function findInWrapper(wrapper: string, content: { readonly [key: string]: Json }, search: Search): void {
  const parent = keyPath("", wrapper);
  for (const key in content) {
    const value = content[key] as Json;
    if (value !== null) addField(keyPath(parent, key), { key, value }, search);
  }
}

function addField(path: string, { key, value }: { readonly key: string; readonly value: Json }, search: Search): void {
  if (search.taken.has(path)) return;
  const { names } = search.lookup;
  const meanings = names.get(key) ?? names.get(key.toLowerCase());
  if (meanings === undefined || (meanings[0]?.textOnly && typeof value !== "string")) {
    if (search.unknown.length < MAX_LISTED) search.unknown.push(path);
    return;
  }
  for (const { fact, rank, isCurrency } of meanings) {
    const candidates = search.candidates[fact];
    if (candidates.length < MAX_LISTED) candidates.push({ path, value, rank, isCurrency });
  }
}
