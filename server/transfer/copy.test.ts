// A real SQLite file is copied into a real PostgreSQL, with everything that either of them may hold.
import { copyFileSync } from "node:fs";
import fc from "fast-check";
import pg from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import type { Act } from "../domain/act.ts";
import type { Prepared, PreparedEvent, Result } from "../domain/event.ts";
import type { Json } from "../domain/json.ts";
import { defaultProfile } from "../domain/profile.ts";
import { CopyRefused, type CopyTarget, copyTables } from "../storage/copy.ts";
import { contentsOf, NOON } from "../storage/corpus.ts";
import { openCopyTarget } from "../storage/postgres/copy-target.ts";
import * as postgresRollupTables from "../storage/postgres/rollup-tables.ts";
import { createPostgresStorage } from "../storage/postgres/storage.ts";
import * as postgresTables from "../storage/postgres/tables.ts";
import * as postgresWebhookTables from "../storage/postgres/webhook-tables.ts";
import { openCopySource } from "../storage/sqlite/copy-source.ts";
import * as sqliteRollupTables from "../storage/sqlite/rollup-tables.ts";
import { createSqliteStorage } from "../storage/sqlite/storage.ts";
import * as sqliteTables from "../storage/sqlite/tables.ts";
import * as sqliteWebhookTables from "../storage/sqlite/webhook-tables.ts";
import type { Storage } from "../storage/storage.ts";
import { actsOf, eventsOf, outcomeOf, step } from "../test/history.ts";
import { createDatabase, hasPostgres } from "../test/postgres.ts";
import { prepared } from "../test/prepared.ts";
import { temporaryFile } from "../test/temporary.ts";
import { copyDatabase, isEqual } from "./copy.ts";

const MONTH_US = 31 * 86_400_000_000;
const profile = { ...defaultProfile, allowNegative: true, allowZero: true };
const oldestFirst = { order: "ascending", limit: 1_000 } as const;

const sale = (change: object = {}, key: string | null = null): Prepared => {
  const raw = { client: "kiosk", metric: "sale", amount: 1, timestamp: "2026-01-31T12:00:00Z", ...change } as Json;
  // Whatever profiles there are meanwhile, none is about these.
  return { ...prepared(raw, key, { profile }), profilesAsOf: Number.MAX_SAFE_INTEGER };
};

/** What one backend or the other has trouble with. */
const awkward: readonly Prepared[] = [
  sale({ note: "\ud800 \u0000 ' \\ \u2028" }, "nul \u0000 \u{10FFFF}"),
  sale({ note: '{"a,b"}' }, "\u{10FFFF}0"),
  sale({ note: "NULL" }, "null"),
  sale({ client: "Äpfel \u{1F600}", metric: "{}" }),
  sale({ client: "\u{10FFFF}a", metric: "NULL" }),
  sale({ client: "\u{10FFFF}", unit: '"' }),
  ...["0", "-0.000000001", "-999999999999999.999999999", "0.5", "0.50", "1e3"].map((amount) =>
    sale({ amount }, amount),
  ),
  sale({ timestamp: "2026-01-31T12:00:00.123456789Z" }),
  sale({ timestamp: "2026-01-31T12:00:00.123456788Z" }),
  sale({ timestamp: "2000-01-01T00:00:00.000001Z", amount: "1.0" }),
  sale({ amount: "many", note: "\ud83d" }, "nul \u0000"),
  sale({ amount: "later" }, "later"),
  sale({ amount: 3 }, "later"),
  sale({ client: null }),
  sale({ client: 7, metric: null, amount: "1,200", timestamp: "01/02/2026" }),
];

const faulty = {
  action: "FAULTED",
  by: null,
  client: null,
  idempotencyKey: null,
  rawText: "{}",
  fault: "EIO",
} as const;
const attempt = { action: "RETRIED", by: null, attempts: 0, problems: null, fault: null, edited: null } as const;

/** What leads to failures in every state, to events that do not count and to jobs. `failed`: four that are open. */
const deeds = (failed: readonly number[]): readonly Act[] => [
  { action: "DISCARDED", by: "kim", failure: failed[0] ?? 0, reason: "noise \u0000" },
  { ...attempt, failure: failed[1] ?? 0, state: "DEAD", nextAttemptAtUs: null },
  { ...attempt, failure: failed[2] ?? 0, state: "SCHEDULED", nextAttemptAtUs: NOON + 1 },
  { ...faulty, identity: "ab".repeat(32), nextAttemptAtUs: NOON },
  { action: "VOIDED", by: null, event: 1, reason: "\u0000" },
  { action: "VOIDED", by: null, event: 2, reason: null },
  { action: "UNVOIDED", by: null, event: 2, reason: null },
  { action: "PROFILE_SET", by: "kim \u0000", client: "till", profile },
  { action: "JOB_STARTED", by: "\u0000", plan: { kind: "RETRY", filter: {} }, client: null, total: 3 },
  {
    ...{ action: "WEBHOOK_CREATED", by: "\u0000", secret: "sealed" },
    settings: {
      name: "ä",
      url: "https://example.com/",
      kinds: ["event.voided"],
      clients: ["\u{1F600}"],
      windowSeconds: 0,
    },
  },
];

const inGroups = <T>(items: readonly T[], size: number): readonly T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

describe.runIf(hasPostgres)("a copy of a SQLite database in PostgreSQL", () => {
  let file: string;
  let url: string;
  beforeEach(async () => {
    file = temporaryFile("surecount.db");
    url = await createDatabase();
  });

  const atSource = async <T>(work: (storage: Storage) => Promise<T>, nowUs = NOON): Promise<T> => {
    const storage = await createSqliteStorage({ file, now: () => nowUs });
    return work(storage).finally(storage.close);
  };
  const atTarget = async <T>(work: (storage: Storage) => Promise<T>, nowUs = NOON): Promise<T> => {
    const now = () => nowUs;
    const storage = await createPostgresStorage({ url, connections: 6, partitionLength: "month", now });
    return work(storage).finally(storage.close);
  };
  const query = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const copy = async (change: (target: CopyTarget) => CopyTarget = (target) => target) => {
    const source = openCopySource(file);
    const target = await openCopyTarget({ url, partitionLength: "month" });
    const output = { write: () => undefined };
    return copyDatabase({ source, target: change(target), output, chunkRows: 7 }).finally(() => {
      source.close();
      return target.close();
    });
  };
  /** Awkward events and deeds, and a random history, in the course of three months. */
  const makeHistory = async (seed: number): Promise<string> => {
    const made = temporaryFile("surecount.db");
    let clockUs = NOON;
    const storage = await createSqliteStorage({ file: made, now: () => clockUs });
    for (const events of inGroups(awkward, 5)) {
      await storage.append(events);
      clockUs += MONTH_US / 2;
    }
    const open = await storage.failures({ states: ["OPEN"] }, oldestFirst);
    await storage.perform(deeds(open.map(({ id }) => id)));
    for (const one of fc.sample(step, { seed, numRuns: 12 })) {
      clockUs += one.group.laterUs;
      await outcomeOf(storage.append(await eventsOf(one, storage, clockUs)));
      await storage.perform(await actsOf(one, storage, clockUs));
    }
    const [kind, leaseMs] = ["errand", 60_000];
    for (const item of ["a", "b", "B"]) await storage.leases.schedule({ kind, item }, 0);
    await storage.leases.claim({ kind, limit: 1, leaseMs });
    await storage.close();
    return made;
  };
  /** Each is made once; closed in order, it is whole in one file. */
  const histories = new Map<number, Promise<string>>();
  const fill = async (seed = 1): Promise<void> => {
    const making = histories.get(seed) ?? makeHistory(seed);
    histories.set(seed, making);
    copyFileSync(await making, file);
  };

  /** All that a storage tells, down to the raw texts of failures. */
  const everythingOf = async (storage: Storage) => {
    const contents = await contentsOf(storage);
    const [head, databaseId] = [await storage.head(), storage.databaseId];
    const rawFailures = await Promise.all(contents.failures.map(({ id }) => storage.rawFailure(id)));
    const seen = await Promise.all(contents.events.map(({ seq }) => storage.timesSeen(seq)));
    const matches = await Promise.all(awkward.map((event) => (event.kind === "event" ? storage.match(event) : null)));
    const kiosk = await storage.entries({ clients: ["kiosk"], outcomes: ["DUPLICATE", "CONFLICT"] }, oldestFirst);
    return { ...contents, head, databaseId, rawFailures, seen, matches, kiosk };
  };
  const expectEverything = async (): Promise<void> => {
    const everything = await atSource(everythingOf);
    expect(everything.books).toEqual([]);
    expect(await atTarget(everythingOf)).toEqual(everything);
  };

  test("has failures in every state, and all else that acts leave", async () => {
    await fill();
    const states = await atSource((storage) => storage.failures({}, oldestFirst));
    expect(new Set(states.map(({ state }) => state)).size).toBe(5);
  });

  test.each([1, 2])("answers everything as the original does (corpus %d)", async (seed) => {
    await fill(seed);
    const report = await copy();
    expect(isEqual(report)).toBe(true);
    expect(report).toMatchObject({ wasComplete: false, unbalanced: [], entriesSince: 0 });
    await expectEverything();
  });

  test("knows every event again, and goes on with the log, the fences and the identities", async () => {
    const first = await atSource((storage) => storage.append(awkward));
    const claims = (storage: Storage) => storage.leases.claim({ kind: "errand", limit: 1, leaseMs: 60_000 });
    await atSource((storage) => storage.leases.schedule({ kind: "errand", item: "a" }, -1));
    const [claim] = await atSource(claims);
    await copy();
    const again = await atTarget((storage) => storage.append(awkward));
    first.results.forEach((result, index) => {
      const repeated = again.results[index] as Result;
      if (result.outcome === "REJECTED" || result.outcome === "CONFLICT") expect(repeated.outcome).toBe(result.outcome);
      else expect(repeated).toMatchObject({ outcome: "DUPLICATE", receipt: result.receipt, differences: [] });
    });
    expect(await atTarget((storage) => storage.head())).toBe(2 * awkward.length);
    expect(await atTarget((storage) => storage.books())).toEqual([]);
    // The original claim is still held, and after it was settled no later claim is taken for it.
    const settled = await atTarget((storage) => (claim ? storage.leases.settle(claim) : Promise.resolve(false)));
    expect(settled).toBe(true);
    await atTarget((storage) => storage.leases.schedule({ kind: "errand", item: "b" }, -1));
    const [later] = await atTarget(claims);
    expect(later?.fence).toBeGreaterThan(claim?.fence ?? 0);
  });

  test("of an empty database is an empty database with its id", async () => {
    const { databaseId } = await atSource(everythingOf);
    expect(await copy()).toMatchObject({ copiedRows: 0, unbalanced: [] });
    expect(await atTarget(everythingOf)).toMatchObject({ databaseId, head: 0 });
    expect(await copy()).toMatchObject({ wasComplete: true });
  });

  describe("that is interrupted", () => {
    type Step = "append" | "replace" | "complete";

    /** Fails at the step with this number, before or after it is done. */
    const failingAt =
      (number: number, isDone: boolean) =>
      (target: CopyTarget): CopyTarget => {
        let count = 0;
        const failing = <Name extends Step>(name: Name): CopyTarget[Name] =>
          (async (...args: never[]) => {
            const isLast = ++count === number;
            if (isLast && !isDone) throw new Error("cut");
            await (target[name] as (...values: never[]) => Promise<void>)(...args);
            if (isLast) throw new Error("cut");
          }) as CopyTarget[Name];
        return { ...target, append: failing("append"), replace: failing("replace"), complete: failing("complete") };
      };

    test.each([false, true])(
      "goes on where it stopped, as often as it must (the step was done: %s)",
      async (isDone) => {
        await fill();
        const reports: unknown[] = [];
        while (reports.length === 0)
          await copy(failingAt(4, isDone)).then(
            (report) => reports.push(report),
            (error: Error) => expect(error.message).toBe("cut"),
          );
        expect(reports[0]).toMatchObject({ unbalanced: [] });
        expect((await copy()).wasComplete).toBe(true);
        await expectEverything();
      },
    );

    test("is refused by servers until it is complete, also by one that has been there before", async () => {
      await fill();
      await atTarget(async (storage) => {
        await expect(copy(failingAt(3, true))).rejects.toThrow("cut");
        await expect(storage.append([sale()])).rejects.toThrow("no head");
        await expect(atTarget(everythingOf)).rejects.toThrow(
          "the database cannot be opened: it is an unfinished copy of another database.",
        );
        expect(isEqual(await copy())).toBe(true);
      });
      await expectEverything();
    });

    test("ends where another copy takes over", async () => {
      await fill();
      const overtaken = copy((target) => ({
        ...target,
        replace: async (...args) => {
          await copy();
          await target.replace(...args);
        },
      }));
      await expect(overtaken).rejects.toThrow(CopyRefused);
      await expectEverything();
    });

    test("loses what retention has removed from the original meanwhile", async () => {
      await fill();
      await expect(copy(failingAt(2, true))).rejects.toThrow("cut");
      const options = { receivedBeforeUs: NOON + MONTH_US, limit: 1_000 };
      expect((await atSource((storage) => storage.removeRawEvents(options))).removed).toBeGreaterThan(5);
      expect(isEqual(await copy())).toBe(true);
      await expectEverything();
    });

    test("is no copy where a row was changed, and no server takes it for one", async () => {
      await fill();
      await expect(copy(failingAt(9, false))).rejects.toThrow("cut");
      await query("update raw_events set raw = '{}' where seq = 2");
      const { comparisons } = await copy();
      const different = comparisons.filter(({ difference }) => difference !== null);
      expect(different).toMatchObject([{ table: "raw_events", difference: { source: "seq 2", target: "seq 2" } }]);
      await expect(atTarget(everythingOf)).rejects.toThrow("unfinished copy");
    });
  });

  test("is compared again once it is complete, and every change of a row is found", async () => {
    await fill(2);
    await copy();
    const changes = {
      raw_events: "update raw_events set raw = raw || ' ' where seq = 3",
      normalized_events: "update normalized_events set amount = amount + 0.000000001 where seq = 4",
      event_identities: "update event_identities set received_at = received_at - interval '1 second'",
      processing_log: "delete from processing_log where seq = 9",
      failed_events:
        "insert into failed_events select id + 100000, kind, state, client, idempotency_key, 'x', raw, problems, times_seen, first_seen_at, last_seen_at, resolved_by from failed_events limit 1",
      failure_problems: "update failure_problems set path = path || ' '",
      client_profiles: "update client_profiles set by = null",
      rollups: "update rollups set sum = -sum where unit = 'EUR'",
      activity: "update activity set minute = minute + interval '1 minute'",
      counters: "update counters set last_seen_at = last_seen_at + interval '1 microsecond'",
    };
    for (const [table, change] of Object.entries(changes)) {
      await query(change);
      const { comparisons, wasComplete } = await copy();
      expect(wasComplete).toBe(true);
      const found = comparisons.find((comparison) => comparison.table === table);
      expect(found?.difference, table).not.toBeNull();
      expect(found?.source.sha256, table).not.toBe(found?.target.sha256);
    }
    const { comparisons, unbalanced } = await copy();
    const of = (name: string) => comparisons.find(({ table }) => table === name)?.difference;
    expect(of("processing_log")).toEqual({ source: "seq 9", target: "seq 10" });
    expect(of("failed_events")).toEqual({ source: null, target: expect.stringMatching(/^id 10\d{4}$/) });
    expect(of("counters")?.source).toBe('client ""');
    expect(unbalanced).not.toEqual([]);
  });

  test("gets what came after it from another run, as long as no server has written to it", async () => {
    await fill();
    const before = await copy();
    await atSource((storage) => storage.append([sale({ amount: 17 }), sale({ amount: "more" }), sale({ amount: 17 })]));
    const after = await copy();
    expect(after.wasComplete).toBe(false);
    expect(after.copiedRows).toBeLessThan(before.copiedRows);
    expect(isEqual(after)).toBe(true);
    await expectEverything();
    await atTarget((storage) => storage.append([sale({ amount: 18 })]));
    await expect(copy()).rejects.toThrow(/^The target is a complete copy that servers have written to since/);
    expect((await atTarget((storage) => storage.append([sale({ amount: 18 })]))).results[0]?.outcome).toBe("DUPLICATE");
  });

  describe("of which events have changed since the last run", () => {
    const event = (amount: number): PreparedEvent => {
      const read = sale({ amount, client: "clock" });
      if (read.kind !== "event") throw new Error("This is no event.");
      return read;
    };
    const reread = (seq: number, from: number, to: number): Act => ({
      ...{ action: "REPROCESSED", by: null, event: seq, from: event(from).fingerprint, reading: event(to) },
    });
    /** One becomes what another was, one is the same as another, one is taken out, and one comes back. */
    const change = async (): Promise<void> => {
      const acts: Act[] = [reread(2, 2, 3), reread(1, 1, 2), reread(5, 5, 4)];
      for (const seq of [3, 4]) acts.push({ action: "VOIDED", by: null, event: seq, reason: null });
      acts.push({ action: "UNVOIDED", by: null, event: 3, reason: null });
      const performed = await atSource((storage) => storage.perform(acts));
      expect(performed.map(({ kind }) => kind)).toEqual(acts.map(() => "done"));
    };
    beforeEach(() => atSource((storage) => storage.append([1, 2, 7, 4, 5].map(event))));

    test("has them as they are now, and knows them again", async () => {
      await copy();
      await change();
      const report = await copy();
      expect(isEqual(report)).toBe(true);
      await expectEverything();
      expect((await atTarget((storage) => storage.append([event(3), event(1)]))).results).toMatchObject([
        { outcome: "DUPLICATE", event: { seq: 2 } },
        { outcome: "ACCEPTED" },
      ]);
    });

    test("has them as they are now also where the last run was interrupted", async () => {
      await expect(copy((target) => ({ ...target, complete: () => Promise.reject(new Error("cut")) }))).rejects.toThrow(
        "cut",
      );
      await change();
      expect(isEqual(await copy())).toBe(true);
      await expectEverything();
    });
  });

  test("stays complete while a job of its source comes forward", async () => {
    await atSource((storage) => storage.perform(deeds([]).slice(-1)));
    await copy();
    await atSource((storage) => storage.advanceJob({ id: 1, position: 2, looked: 2 }));
    const report = await copy();
    expect([report.wasComplete, isEqual(report)]).toEqual([true, true]);
  });

  test("is of one moment, and says how many entries came after it", async () => {
    await fill();
    const head = await atSource((storage) => storage.head());
    const report = await copy((target) => ({
      ...target,
      begin: async (source) => {
        await atSource((storage) => storage.append([sale({ amount: 17 }), sale({ amount: 17 })]));
        return target.begin(source);
      },
    }));
    expect(isEqual(report)).toBe(true);
    expect(report.entriesSince).toBe(2);
    expect(await atTarget((storage) => storage.head())).toBe(head);
    expect(await copy()).toMatchObject({ entriesSince: 0, wasComplete: false });
    await expectEverything();
  });

  test("is refused where the target holds anything else", async () => {
    await fill();
    await atTarget((storage) => storage.append([sale()]));
    await expect(copy()).rejects.toThrow(/^The target is not empty, its log has 1 entries: nothing was written\./);
    expect(await atTarget((storage) => storage.head())).toBe(1);
    url = await createDatabase();
    await copy();
    file = temporaryFile("other.db");
    await atSource((storage) => storage.append([sale()]));
    await expect(copy()).rejects.toThrow(/^The target is a copy of another database already/);
  });

  test("is refused where there is nothing to copy", () => {
    expect(() => openCopySource(temporaryFile("none.db"))).toThrow(CopyRefused);
  });
});

test("every table is copied with every column of both backends", () => {
  const ownFacts = ["meta", "log_head"];
  for (const tables of [
    { ...sqliteTables, ...sqliteRollupTables, ...sqliteWebhookTables },
    { ...postgresTables, ...postgresRollupTables, ...postgresWebhookTables },
  ]) {
    const found = Object.values(tables).flatMap((table) => {
      if (!("getSQL" in table)) return [];
      const { name, columns } = shapeOf(table);
      return ownFacts.includes(name) ? [] : [[name, columns] as const];
    });
    expect(found.length).toBeGreaterThan(7);
    for (const [name, columns] of found) {
      const known: Readonly<Record<string, { readonly columns: readonly string[] }>> = copyTables;
      expect(known[name]?.columns, name).toEqual(expect.arrayContaining(columns));
    }
  }
});

/** The name of a table, and the names that its columns have in rows. */
const shapeOf = (table: object): { name: string; columns: string[] } => {
  const name = (table as Record<symbol, unknown>)[Symbol.for("drizzle:Name")];
  const columns = (table as Record<symbol, object>)[Symbol.for("drizzle:Columns")] ?? {};
  return { name: String(name), columns: Object.keys(columns) };
};
