// The leases: who does which later work. Each change is one statement, and only the database's clock counts, so that
// servers agree on when a lease ends however wrong their own clocks are.
import type { Claim, ClaimOptions, NextTurn, Work } from "../leases.ts";
import { and, eq, isNotNull, type Queries, type SQL, sql } from "./drizzle.ts";
import { leases } from "./tables.ts";

// A claim that a crash of PostgreSQL undid would let a fence be given twice, and what was scheduled must not vanish:
// both are on disk when they are answered, whatever the database, the role or the session say of synchronous_commit.
const isDurable = sql`(select set_config('synchronous_commit', 'on', true)) = 'on'`;

// Asked for once in a statement: an index can be searched for a value, and not for what may differ for each row.
const now = sql`(select clock_timestamp())`;

const after = (delayMs: number): SQL => sql`clock_timestamp() + ${delayMs}::float8 * interval '1 millisecond'`;

const isHeldBy = ({ kind, item, fence }: Claim): SQL | undefined =>
  and(
    eq(leases.kind, kind),
    eq(leases.item, item),
    eq(leases.fence, fence),
    isNotNull(leases.leasedUntilUs),
    isDurable,
  );

export const schedule = async (db: Queries, { kind, item }: Work, delayMs: number): Promise<void> => {
  await db.execute(sql`
    insert into ${leases} (kind, item, due_at, fence, attempts)
    select ${kind}, ${item}, ${after(delayMs)}, 0, 0 where ${isDurable}
    on conflict do nothing`);
};

interface ClaimRow {
  readonly item: string;
  readonly fence: string;
  readonly attempts: number;
}

/** Of several claims at the same instant each passes over what the others have locked, and none waits. */
export const claim = async (db: Queries, { kind, limit, leaseMs }: ClaimOptions): Promise<readonly Claim[]> => {
  const { rows } = await db.execute(sql`
    with due as materialized (
      select kind, item from ${leases}
      where kind = ${kind} and due_at <= ${now} and (leased_until is null or leased_until <= ${now}) and ${isDurable}
      order by due_at, item limit ${limit} for update skip locked
    ), claimed as (
      update ${leases} as claimed
      set leased_until = ${after(leaseMs)}, fence = nextval('lease_fence'), attempts = claimed.attempts + 1
      from due where claimed.kind = due.kind and claimed.item = due.item
      returning claimed.item, claimed.fence, claimed.attempts, claimed.due_at
    )
    select item, fence, attempts from claimed order by due_at, item`);
  return (rows as unknown as readonly ClaimRow[]).map(({ item, fence, attempts }) => ({
    ...{ kind, item, fence: Number(fence), attempt: attempts },
  }));
};

export const extend = async (db: Queries, claim: Claim, leaseMs: number): Promise<boolean> => {
  const { rowCount } = await db
    .update(leases)
    .set({ leasedUntilUs: after(leaseMs) })
    .where(isHeldBy(claim));
  return rowCount === 1;
};

export const settle = async (db: Queries, claim: Claim, next?: NextTurn): Promise<boolean> => {
  if (next === undefined) return (await db.delete(leases).where(isHeldBy(claim))).rowCount === 1;
  const { rowCount } = await db
    .update(leases)
    .set({ leasedUntilUs: null, dueAtUs: after(next.delayMs), attempts: next.isRetry ? claim.attempt : 0 })
    .where(isHeldBy(claim));
  return rowCount === 1;
};
