// What the clients know against what the server says, figure by figure. Where attempts went unanswered, the clients
// know a figure only within bounds.
import { exactOf, groupedText, textOf } from "./exact.ts";
import type { Figures } from "./figures.ts";
import type { Attempts, Ledger } from "./ledger.ts";
import { type SeriesName, seriesKey, type Truth } from "./truth.ts";

export interface Comparison {
  /** What is compared: figures of the same name are one row of the table. */
  readonly what: string;
  /** Of whom. */
  readonly about: string;
  readonly min: bigint;
  readonly max: bigint;
  readonly actual: bigint;
  /** Whether the figures are billionths. */
  readonly isAmount?: boolean;
}

interface Known {
  readonly truth: Truth;
  readonly ledger: Ledger;
  readonly figures: Figures;
}

export const isEqual = ({ min, max, actual }: Comparison): boolean => min <= actual && actual <= max;

export const compare = (known: Known): readonly Comparison[] => {
  const { truth, ledger, figures } = known;
  return [
    ...compareClients(known),
    {
      what: "failed events without a client",
      about: "nobody",
      ...exactly(truth.nobodysFailures),
      actual: figures.nobodysFailures,
    },
    ...compareSeries(known),
    { what: "answers not as planned", about: "all clients", ...exactly(0n), actual: BigInt(ledger.differences.length) },
    {
      what: "imbalances in the books",
      about: "the whole database",
      ...exactly(0n),
      actual: BigInt(figures.imbalances.length),
    },
  ];
};

const exactly = (value: bigint) => ({ min: value, max: value });

const within = ({ sure, uncertain }: Attempts) => ({ min: sure, max: sure + uncertain });

const less = ({ min, max }: { min: bigint; max: bigint }, value: bigint) => ({ min: min - value, max: max - value });

const compareClients = ({ truth, ledger, figures }: Known): readonly Comparison[] =>
  truth.clients.flatMap(({ client: about, accepted, failures, resolved }) => {
    const server = figures.clients.find(({ client }) => client === about);
    if (server === undefined) throw new Error(`There are no figures of ${about}.`);
    const { sale, conflict, invalid } = ledger.attemptsOf(about);
    const attempts = {
      sure: sale.sure + conflict.sure + invalid.sure,
      uncertain: sale.uncertain + conflict.uncertain + invalid.uncertain,
    };
    const { duplicates, conflicts, rejected } = server;
    return [
      { what: "received", about, ...within(attempts), actual: server.received },
      { what: "= accepted", about, ...exactly(accepted), actual: server.accepted },
      { what: "+ duplicates", about, ...less(within(sale), accepted), actual: duplicates },
      { what: "+ conflicts", about, ...within(conflict), actual: conflicts },
      { what: "+ rejected", about, ...within(invalid), actual: rejected },
      {
        what: "received, added up",
        about,
        ...exactly(server.accepted + duplicates + conflicts + rejected),
        actual: server.received,
      },
      { what: "failed events", about, ...exactly(failures), actual: server.failures },
      { what: "of which resolved", about, ...exactly(resolved), actual: server.resolved },
    ];
  });

/** Those that either side knows: what is missing counts as nothing. */
const compareSeries = ({ truth, figures }: Known): readonly Comparison[] => {
  const actual = new Map(figures.series.map((series) => [seriesKey(series), series]));
  const expected = new Map(truth.series.map((series) => [seriesKey(series), series]));
  const all = new Map<string, SeriesName>([...actual, ...expected]);
  const rows = [...all.values()].sort((left, right) => left.metric.localeCompare(right.metric, "en"));
  const counts = rows.map((row): Comparison => {
    const key = seriesKey(row);
    return {
      what: "events in aggregations",
      about: nameOf(row),
      ...exactly(expected.get(key)?.count ?? 0n),
      actual: actual.get(key)?.count ?? 0n,
    };
  });
  const sums = rows.map((row): Comparison => {
    const key = seriesKey(row);
    const what = `sum of ${row.metric}${row.unit === null ? "" : `, ${row.unit}`}`;
    return {
      what,
      about: nameOf(row),
      ...exactly(expected.get(key)?.sum ?? 0n),
      actual: exactOf(actual.get(key)?.sum ?? "0"),
      isAmount: true,
    };
  });
  return [...counts, ...sums];
};

const nameOf = ({ client, metric, unit }: SeriesName): string =>
  `${client}, ${metric}${unit === null ? "" : ` in ${unit}`}`;

/** A figure that differs, in words. */
export const describeDifference = (comparison: Comparison): string => {
  const { what, about, actual, isAmount } = comparison;
  return `${what} of ${about}: expected ${expectedText(comparison)}, the server says ${figureText(actual, isAmount)}`;
};

/** The figures as a table, those of the same name added up. */
export const tableOf = (comparisons: readonly Comparison[]): string => {
  const rows = [...Map.groupBy(comparisons, ({ what }) => what)].map(([what, group]) => {
    const sumOf = (field: "min" | "max" | "actual"): bigint =>
      group.reduce((sum, comparison) => sum + comparison[field], 0n);
    const { isAmount = false } = group[0] ?? {};
    const sum = { min: sumOf("min"), max: sumOf("max"), isAmount };
    return [what, expectedText(sum), figureText(sumOf("actual"), isAmount), group.every(isEqual) ? "ok" : "NO"];
  });
  const all = [["what", "expected", "server", "ok"], ...rows];
  const widthOf = (column: number): number => Math.max(...all.map((row) => row[column]?.length ?? 0));
  const line = ([what = "", expected = "", server = "", ok = ""]: readonly string[]): string =>
    `  ${what.padEnd(widthOf(0))}  ${expected.padStart(widthOf(1))}  ${server.padStart(widthOf(2))}  ${ok}`;
  return all.map(line).join("\n");
};

const expectedText = ({ min, max, isAmount }: Pick<Comparison, "min" | "max" | "isAmount">): string =>
  min === max ? figureText(min, isAmount) : `${figureText(min, isAmount)} to ${figureText(max, isAmount)}`;

const figureText = (value: bigint, isAmount = false): string =>
  groupedText(isAmount ? textOf(value) : value.toString());
