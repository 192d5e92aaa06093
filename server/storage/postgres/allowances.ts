// What senders may still send, where servers share the database: the leases' table tells when each allowance is whole
// again. One statement decides, by the database's clock; what a crash forgets of it is allowed once more.
import { MINUTE_MS } from "../../domain/rate.ts";
import type { TakeAllowance } from "../storage.ts";
import { type Queries, sql } from "./drizzle.ts";
import { leases } from "./tables.ts";

const KIND = "allowance";
const now = sql`clock_timestamp()`;

interface Row {
  readonly whole_in_ms: number;
}

export const takeAllowance = async (
  db: Queries,
  { key, perMinute, count }: Parameters<TakeAllowance>[0],
): ReturnType<TakeAllowance> => {
  const costMs = (count * MINUTE_MS) / perMinute;
  const cost = sql`${costMs}::float8 * interval '1 millisecond'`;
  const { rows: taken } = await db.execute(sql`
    insert into ${leases} as held (kind, item, due_at, fence, attempts)
    select ${KIND}, ${key}, ${now} + ${cost}, 0, 0 where ${costMs}::float8 <= ${MINUTE_MS}
    on conflict (kind, item) do update set due_at = greatest(held.due_at, ${now}) + ${cost}
    where greatest(held.due_at, ${now}) + ${cost} <= ${now} + interval '1 minute'
    returning extract(epoch from due_at - ${now})::float8 * 1000 as whole_in_ms`);
  const [row] = taken as unknown as readonly Row[];
  if (row !== undefined) return { isTaken: true, wholeInMs: row.whole_in_ms };
  const { rows } = await db.execute(sql`
    select extract(epoch from due_at - ${now})::float8 * 1000 as whole_in_ms from ${leases}
    where kind = ${KIND} and item = ${key}`);
  const [held] = rows as unknown as readonly Row[];
  const wholeInMs = Math.max(held?.whole_in_ms ?? 0, 0);
  const isEver = costMs <= MINUTE_MS;
  return {
    isTaken: false,
    wholeInMs,
    retryAfterMs: isEver ? Math.max(1, Math.ceil(wholeInMs + costMs - MINUTE_MS)) : null,
  };
};
