// The rollups of all grains, computed anew from the events that are in the figures. Both come in the same order, series by
// series, so that only one bucket of each grain is held.
import { type Bins, binOf, countsOfBins, encodeBins } from "../domain/bins.ts";
import type { Micros } from "../domain/calendar.ts";
import { billionthsOf, decimalOf } from "../domain/decimal.ts";
import { ALL_TIME, bucketStart, DAY, type Grain, grains, HOUR, MONTH, QUARTER, SIX_HOURS } from "../domain/grain.ts";
import { formatMicros } from "../domain/timestamp.ts";
import { isLate } from "../storage/deltas.ts";
import type { Ledger } from "../storage/ledger.ts";
import { byGrain, mergeStored, type StoredRollup } from "../storage/rollup-work.ts";
import type { CountedRow, RollupDeltaRow, RollupRow, Stream, VerifySource } from "../storage/verification.ts";
import { createCursor, rowsOf } from "./cursor.ts";
import type { Findings } from "./findings.ts";
import type { Tallies } from "./tallies.ts";

const TABLE = "rollups";

interface RollupsDeps {
  readonly source: Pick<VerifySource, "counted" | "rollups" | "rollupDeltas" | "strangeRollups">;
  readonly findings: Findings;
  readonly tallies: Tallies;
  readonly onProgress: (events: number) => void;
}

/** Gives the number of rollups. */
export const verifyRollups = async (deps: RollupsDeps): Promise<number> => {
  const { source, findings, onProgress } = deps;
  const deltas = await deltasOf(deps);
  const checks: Awaited<ReturnType<typeof createGrain>>[] = [];
  for (const grain of grains) checks.push(await createGrain(deps, grain, deltas));
  for await (const events of source.counted()) {
    for (const event of events) {
      const amount = amountOf(event, findings);
      if (amount === undefined) continue;
      for (const grain of checks) if (!grain.add(event, amount)) await grain.open(event, amount);
    }
    onProgress(events.length);
  }
  for (const grain of checks) await grain.end();
  const strange = await source.strangeRollups(grains);
  if (strange > 0) findings.add(TABLE, null, `${strange} rows are of a grain that does not exist`);
  return checks.reduce((sum, { count }) => sum + count, 0);
};

const deltasOf = async ({ source, findings }: RollupsDeps): Promise<readonly StoredRollup[]> => {
  const rows = await rowsOf(source.rollupDeltas());
  const readable = rows.filter(({ client, sum, min, max, bins }) =>
    findings.attempt("rollup_deltas", `of client ${JSON.stringify(client)}`, () => {
      for (const amount of [sum, min, max]) billionthsOf(amount);
      countsOfBins(Buffer.from(bins ?? "", "hex"));
    }),
  );
  return byGrain(readable.map(withBins));
};

const withBins = <Row extends RollupDeltaRow>(row: Row): Omit<Row, "bins"> & { readonly bins: Bins } => ({
  ...row,
  bins: Buffer.from(row.bins ?? "", "hex"),
});

const amountOf = ({ client, amount }: CountedRow, findings: Findings): bigint | undefined => {
  let read: bigint | undefined;
  findings.attempt("normalized_events", `an event of client ${JSON.stringify(client)}`, () => {
    read = billionthsOf(amount);
  });
  return read;
};

type Bucket = Pick<StoredRollup, "client" | "metric" | "unit" | "bucketUs">;

interface Open extends Bucket {
  count: number;
  sum: bigint;
  min: bigint;
  max: bigint;
  late: number;
  lastSeq: number;
  readonly bins: Map<number, number>;
}

const figures = {
  [ALL_TIME]: "rollupsAllTime",
  [QUARTER]: "rollupsByTime",
  [HOUR]: "rollupsByHour",
  [SIX_HOURS]: "rollupsBySixHours",
  [DAY]: "rollupsByDay",
  [MONTH]: "rollupsByMonth",
} as const satisfies Readonly<Record<Grain, keyof Ledger>>;

const createGrain = async (
  { source, findings, tallies }: RollupsDeps,
  grain: Grain,
  deltas: readonly StoredRollup[],
) => {
  const stored = withDeltas(
    source.rollups(grain),
    deltas.filter(({ grainMinutes }) => grainMinutes === grain),
    findings,
  );
  const rollups = createCursor(stored, ({ bucketUs }) => bucketUs);
  await rollups.start();
  let open: Open | null = null;
  let count = 0;

  const bucketOf = (event: CountedRow): Micros => bucketStart(grain, event.bucketUs);

  /** Takes the rollups up to this bucket, and gives the one that is of it. */
  const take = async (bucket: Bucket): Promise<StoredRollup | undefined> => {
    for (let head = rollups.head; head !== undefined && compare(head, bucket) <= 0; head = rollups.head) {
      await pass(head);
      if (compare(head, bucket) === 0) return head;
      findings.add(TABLE, nameOf(grain, head), "counts events that are not there");
    }
    return undefined;
  };

  const pass = async ({ client, count: events }: StoredRollup): Promise<void> => {
    count += 1;
    tallies.add(client, figures[grain], events);
    await rollups.next();
  };

  const close = async (): Promise<void> => {
    if (open === null) return;
    const computed = open;
    const stored = await take(computed);
    const row = nameOf(grain, computed);
    if (stored === undefined) return findings.add(TABLE, row, `is missing, and ${computed.count} events count in it`);
    for (const name of ["count", "late"] as const)
      findings.compare([TABLE, row], `the ${name}`, stored[name], computed[name]);
    for (const name of ["sum", "min", "max"] as const)
      findings.compare([TABLE, row], `the ${name}`, stored[name], decimalOf(computed[name]));
    if (Buffer.compare(stored.bins, encodeBins(computed.bins)) !== 0)
      findings.add(TABLE, row, "the bins are not those of its amounts");
    if (stored.revision < computed.lastSeq)
      findings.add(TABLE, row, `the revision is ${stored.revision}, and event ${computed.lastSeq} counts in it`);
  };

  return {
    /** False where the event belongs to another bucket than the one before. */
    add: (event: CountedRow, amount: bigint): boolean => {
      if (open === null || open.bucketUs !== bucketOf(event) || !isSameSeries(open, event)) return false;
      open.count += 1;
      open.sum += amount;
      if (amount < open.min) open.min = amount;
      if (amount > open.max) open.max = amount;
      addRest(open, event, amount);
      return true;
    },
    /** Closes the bucket before, and begins that of this event. */
    open: async (event: CountedRow, amount: bigint): Promise<void> => {
      await close();
      const { client, metric, unit } = event;
      open = {
        ...{ client, metric, unit, bucketUs: bucketOf(event), count: 1, sum: amount, min: amount, max: amount },
        ...{ late: 0, lastSeq: 0, bins: new Map() },
      };
      addRest(open, event, amount);
    },
    end: async (): Promise<void> => {
      await close();
      for (let head = rollups.head; head !== undefined; head = rollups.head) {
        findings.add(TABLE, nameOf(grain, head), "counts events that are not there");
        await pass(head);
      }
    },
    get count() {
      return count;
    },
  };
};

const addRest = (open: Open, event: CountedRow, amount: bigint): void => {
  if (isLate(event.receivedAtUs, event.bucketUs)) open.late += 1;
  if (event.seq > open.lastSeq) open.lastSeq = event.seq;
  const bin = binOf(amount);
  open.bins.set(bin, (open.bins.get(bin) ?? 0) + 1);
};

/** The rollups together with what is not folded into them yet, in their order. */
async function* withDeltas(
  stream: Stream<RollupRow>,
  deltas: readonly StoredRollup[],
  findings: Findings,
): AsyncGenerator<readonly StoredRollup[]> {
  const waiting = [...deltas].sort(compare).reverse();
  for await (const rows of stream) {
    const merged: StoredRollup[] = [];
    for (const row of rows.map(withBins)) {
      for (let next = waiting.at(-1); next !== undefined && compare(next, row) < 0; next = waiting.at(-1))
        merged.push(waiting.pop() as StoredRollup);
      const next = waiting.at(-1);
      const delta = next !== undefined && compare(next, row) === 0 ? waiting.pop() : undefined;
      let whole = row;
      if (delta !== undefined)
        findings.attempt(TABLE, nameOf(row.grainMinutes, row), () => {
          whole = { ...row, ...mergeStored(row, delta) };
        });
      merged.push(whole);
    }
    yield merged;
  }
  if (waiting.length > 0) yield waiting.reverse();
}

const isSameSeries = (left: Bucket, right: Bucket): boolean =>
  left.client === right.client && left.metric === right.metric && left.unit === right.unit;

const compare = (left: Bucket, right: Bucket): number =>
  compareText(left.client, right.client) ||
  compareText(left.metric, right.metric) ||
  compareText(left.unit, right.unit) ||
  left.bucketUs - right.bucketUs;

/** As databases do: by the bytes. */
const compareText = (left: string, right: string): number =>
  left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));

const spanNames: Readonly<Record<Grain, string>> = {
  [ALL_TIME]: "of all time",
  [QUARTER]: "from",
  [HOUR]: "of the hour from",
  [SIX_HOURS]: "of six hours from",
  [DAY]: "of the day from",
  [MONTH]: "of the month from",
};

/** A rollup as people read it. */
export const rollupName = (row: StoredRollup): string => nameOf(row.grainMinutes, row);

const nameOf = (grain: Grain, { client, metric, unit, bucketUs }: Bucket): string => {
  const when = grain === ALL_TIME ? spanNames[grain] : `${spanNames[grain]} ${formatMicros(bucketUs)}`;
  return `${JSON.stringify([client, metric, ...(unit === "" ? [] : [unit])])} ${when}`;
};
