// The leases: who does which later work. Each change is one IMMEDIATE transaction, so that claims of several processes
// on one file come one after the other. The clock is the server's: all who share the file are on one machine.
import type { Micros } from "../../domain/calendar.ts";
import type { Claim, ClaimOptions, NextTurn, Work } from "../leases.ts";
import { type Drizzle, inTransaction } from "./database.ts";
import { and, asc, eq, isNotNull, isNull, lte, or, sql } from "./drizzle.ts";
import { leases, meta } from "./tables.ts";

/** The methods of the Leases interface, without the waiting. `nowUs` is the server's clock. */
export const createLeases = (db: Drizzle) => {
  const statements = prepareStatements(db);

  const claimDue = (nowUs: Micros, { kind, limit, leaseMs }: ClaimOptions): readonly Claim[] => {
    const due = statements.due.all({ kind, nowUs, limit });
    if (due.length === 0) return [];
    // Never given twice, not even to an item that was settled and scheduled anew: its old claims must not hold again.
    const lastFence = Number(statements.lastFence.get()?.value ?? 0);
    const claims = due.map(({ item, attempts }, index) => {
      const claim = { kind, item, fence: lastFence + 1 + index, attempt: attempts + 1 };
      statements.take.run({ ...claim, leasedUntilUs: after(nowUs, leaseMs) });
      return claim;
    });
    statements.keepFence.run({ value: String(lastFence + due.length) });
    return claims;
  };

  const settle = (nowUs: Micros, claim: Claim, next?: NextTurn): boolean => {
    if (next === undefined) return statements.remove.run({ ...claim }).changes > 0;
    const attempts = next.isRetry ? claim.attempt : 0;
    return statements.defer.run({ ...claim, attempts, dueAtUs: after(nowUs, next.delayMs) }).changes > 0;
  };

  return {
    schedule: (nowUs: Micros, { kind, item }: Work, delayMs: number): void => {
      statements.insert.run({ kind, item, dueAtUs: after(nowUs, delayMs) });
    },
    claim: (nowUs: Micros, options: ClaimOptions): readonly Claim[] =>
      inTransaction(db, () => claimDue(nowUs, options)),
    extend: (nowUs: Micros, claim: Claim, leaseMs: number): boolean =>
      statements.extend.run({ ...claim, leasedUntilUs: after(nowUs, leaseMs) }).changes > 0,
    settle,
  };
};

const after = (nowUs: Micros, delayMs: number): Micros => nowUs + Math.round(delayMs * 1000);

const prepareStatements = (db: Drizzle) => {
  const { placeholder } = sql;
  const of = and(eq(leases.kind, placeholder("kind")), eq(leases.item, placeholder("item")));
  const isHeld = and(of, eq(leases.fence, placeholder("fence")), isNotNull(leases.leasedUntilUs));
  const leasedUntilUs = sql`${placeholder("leasedUntilUs")}`;
  return {
    insert: db
      .insert(leases)
      .values({ kind: placeholder("kind"), item: placeholder("item"), dueAtUs: placeholder("dueAtUs"), ...unclaimed })
      .onConflictDoNothing()
      .prepare(),
    due: db
      .select({ item: leases.item, attempts: leases.attempts })
      .from(leases)
      .where(
        and(
          eq(leases.kind, placeholder("kind")),
          lte(leases.dueAtUs, placeholder("nowUs")),
          or(isNull(leases.leasedUntilUs), lte(leases.leasedUntilUs, placeholder("nowUs"))),
        ),
      )
      .orderBy(asc(leases.dueAtUs), asc(leases.item))
      .limit(placeholder("limit"))
      .prepare(),
    lastFence: db.select({ value: meta.value }).from(meta).where(eq(meta.name, "last_fence")).prepare(),
    keepFence: db
      .insert(meta)
      .values({ name: "last_fence", value: placeholder("value") })
      .onConflictDoUpdate({ target: meta.name, set: { value: sql`excluded.value` } })
      .prepare(),
    take: db
      .update(leases)
      .set({ leasedUntilUs, fence: sql`${placeholder("fence")}`, attempts: sql`${placeholder("attempt")}` })
      .where(of)
      .prepare(),
    extend: db.update(leases).set({ leasedUntilUs }).where(isHeld).prepare(),
    defer: db
      .update(leases)
      .set({ leasedUntilUs: null, dueAtUs: sql`${placeholder("dueAtUs")}`, attempts: sql`${placeholder("attempts")}` })
      .where(isHeld)
      .prepare(),
    remove: db.delete(leases).where(isHeld).prepare(),
  };
};

const unclaimed = { fence: 0, attempts: 0 };
