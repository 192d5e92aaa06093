// What a row of each export says, in each format. An event's line holds all that its identity is made of, so that the same
// event is known again wherever the file is imported.
import { RELATIVE_ERROR } from "../domain/bins.ts";
import { type AggregationRow, avgOf, isFilled } from "../domain/fill.ts";
import { formatMicros } from "../domain/timestamp.ts";
import type { StoredEvent, StoredFailure } from "../storage/storage.ts";
import { csvRecord, guard } from "./csv.ts";
import { MARK, marks } from "./exported.ts";

export const formats = ["csv", "ndjson", "json"] as const;
export type ExportFormat = (typeof formats)[number];

/** A value of a row: text that somebody sent, a number or a code of ours, or JSON text that is put in as it is. */
type Value = { readonly text: string } | { readonly json: string } | string | number | boolean | null;

type Row = Readonly<Record<string, Value>>;

/** How the rows of one list are written. */
export interface Sheet<Item> {
  readonly columns: readonly string[];
  readonly rowOf: (item: Item) => Row;
}

const text = (value: string | null): Value => (value === null ? null : { text: value });
const json = (value: unknown): Value => ({ json: JSON.stringify(value) });
const instant = (us: number | null): string | null => (us === null ? null : formatMicros(us));

export const eventSheet: Sheet<StoredEvent> = {
  columns: [
    ...[MARK, "client", "metric", "unit", "amount", "timestamp"],
    ...["idempotencyKey", "fingerprint", "seq", "receivedAt"],
  ],
  rowOf: ({ event, raw }) => ({
    [MARK]: marks.events,
    ...{ client: text(event.client), metric: text(event.metric), unit: text(event.unit) },
    // With all its digits: the fingerprint is made of them.
    ...{ amount: event.amount, timestamp: event.timestamp, idempotencyKey: text(event.idempotencyKey) },
    ...{ fingerprint: event.fingerprint, seq: event.seq, receivedAt: instant(event.receivedAtUs) },
    raw: raw === null ? null : { json: raw },
  }),
};

export const failureSheet: Sheet<StoredFailure> = {
  columns: [
    ...[MARK, "seq", "kind", "state", "client", "idempotencyKey", "problems", "timesSeen", "firstSeenAt", "lastSeenAt"],
    ...["attempts", "nextAttemptAt", "reason", "resolvedBy", "raw"],
  ],
  rowOf: ({ failure, raw }) => ({
    ...{ [MARK]: marks.failures, seq: failure.id, kind: failure.kind, state: failure.state },
    ...{ client: text(failure.client), idempotencyKey: text(failure.idempotencyKey), problems: json(failure.problems) },
    ...{ timesSeen: failure.timesSeen, firstSeenAt: instant(failure.firstSeenAtUs) },
    ...{ lastSeenAt: instant(failure.lastSeenAtUs), attempts: failure.attempts },
    ...{ nextAttemptAt: instant(failure.nextAttemptAtUs), reason: text(failure.reason) },
    ...{ resolvedBy: failure.resolvedBy, raw: { json: raw } },
  }),
};

interface Answer {
  readonly percentiles: readonly number[];
  readonly asOfSeq: number;
}

export const aggregationSheet = ({ percentiles, asOfSeq }: Answer): Sheet<AggregationRow> => ({
  columns: [
    ...[MARK, "client", "metric", "unit", "from", "to", "count", "sum", "avg", "min", "max"],
    ...percentiles.map((percentile) => `p${percentile}`),
    ...["late", "revision", "isOther", "isFilled", "approximate", "relativeError", "asOfSeq"],
  ],
  rowOf: (row) => {
    const isGuess = row.approximate.some(Boolean);
    return {
      ...{ [MARK]: marks.aggregations, client: text(row.client), metric: text(row.metric), unit: text(row.unit) },
      ...{ from: instant(row.fromUs), to: instant(row.toUs), count: row.count, sum: row.sum, avg: avgOf(row) },
      ...{ min: row.min, max: row.max },
      ...Object.fromEntries(percentiles.map((percentile, index) => [`p${percentile}`, row.percentiles[index] ?? null])),
      ...{ late: row.late, revision: row.revision, isOther: row.isOther, isFilled: isFilled(row) },
      ...{ approximate: isGuess, relativeError: isGuess ? RELATIVE_ERROR : 0, asOfSeq },
    };
  },
});

/** How a file of a format is put together from its rows. */
export interface Writer<Item> {
  readonly head: string;
  /** One row. `isFirst`: none stands before it. */
  write(item: Item, isFirst: boolean): string;
  readonly foot: string;
}

export const writerOf = <Item>({ columns, rowOf }: Sheet<Item>, format: ExportFormat): Writer<Item> => {
  if (format === "csv") {
    const write = (item: Item): string => {
      const row = rowOf(item);
      return csvRecord(columns.map((column) => cellOf(row[column] ?? null)));
    };
    return { head: csvRecord(columns), write, foot: "" };
  }
  if (format === "ndjson") return { head: "", write: (item) => `${objectOf(rowOf(item))}\n`, foot: "" };
  // An item on each line, so that it can be read without holding all.
  return { head: "[", write: (item, isFirst) => `${isFirst ? "\n" : ",\n"}${objectOf(rowOf(item))}`, foot: "\n]\n" };
};

const cellOf = (value: Value): string | number | null => {
  if (value === null || typeof value !== "object") return typeof value === "boolean" ? String(value) : value;
  return guard("text" in value ? value.text : value.json);
};

const objectOf = (row: Row): string => {
  let members = "";
  for (const name in row)
    members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${memberOf(row[name] ?? null)}`;
  return `{${members}}`;
};

const memberOf = (value: Value): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return "text" in value ? JSON.stringify(value.text) : value.json;
};
