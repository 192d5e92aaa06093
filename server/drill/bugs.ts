// Bugs that the drill must find: each is a small change to a copy of the sources, as somebody might make it in good
// faith. Where a text is not found the sources have moved, and the bug must move with them.

export interface Bug {
  readonly name: string;
  readonly changes: readonly Change[];
}

export interface Change {
  /** In the project. */
  readonly file: string;
  /** There exactly once. */
  readonly find: string;
  readonly replace: string;
}

const APPEND = "server/storage/sqlite/append.ts";
const DATABASE = "server/storage/sqlite/database.ts";
const FINGERPRINT = "server/domain/fingerprint.ts";

export const bugs: readonly Bug[] = [
  {
    // Somebody spared a sync for each group: the commit comes when the next group does, or a little later.
    name: "acknowledge before commit",
    changes: [
      {
        file: DATABASE,
        find: "return run.immediate();",
        replace: `if (db.$client.inTransaction) db.$client.exec("commit");
  db.$client.exec("begin immediate");
  setTimeout(() => { if (db.$client.inTransaction) db.$client.exec("commit"); }, 50);
  return run();`,
      },
    ],
  },
  {
    name: "no transaction",
    changes: [{ file: DATABASE, find: "return run.immediate();", replace: "return work();" }],
  },
  {
    name: "rollup before identity",
    changes: [
      {
        file: APPEND,
        find: "if (claimIdentity(event))",
        replace: "rollups.add(event, event.seq);\n    if (claimIdentity(event))",
      },
      {
        file: APPEND,
        find: `failAt("DURING_TRANSACTION", turn.fault);\n    rollups.add(event, event.seq);`,
        replace: `failAt("DURING_TRANSACTION", turn.fault);`,
      },
    ],
  },
  {
    // Subscribers are told how far the log will reach, and take what they do not find there for something filtered out.
    name: "publish before commit",
    changes: [
      {
        file: "server/app.ts",
        find: "append: tracing.groups(timed(storage.append, (seconds, events) => metrics.observeCommit(events.length, seconds))),",
        replace: `append: async (events, options) => {
        feed.expect(events.length);
        return timed(storage.append, (seconds, group) => metrics.observeCommit(group.length, seconds))(events, options);
      },`,
      },
      {
        file: "server/pipeline/feed.ts",
        find: "export interface Feed {",
        replace: "export interface Feed {\n  expect(entries: number): void;",
      },
      {
        file: "server/pipeline/feed.ts",
        find: "  return {\n    subscribe,\n    wake,",
        replace: `  return {
    subscribe,
    expect: (entries) => {
      horizon += entries;
      for (const waiter of waiters.keys()) waiter.wake();
    },
    wake,`,
      },
    ],
  },
  {
    name: "fingerprint with receive time",
    changes: [
      {
        file: FINGERPRINT,
        find: `hash("sha256", preimage(facts), "hex")`,
        replace: `hash("sha256", preimage(facts) + Date.now(), "hex")`,
      },
    ],
  },
  {
    name: "fingerprint without metric",
    changes: [{ file: FINGERPRINT, find: `,"metric":\${JSON.stringify(metric)}`, replace: "" }],
  },
  {
    name: "swallowed disk-full",
    changes: [
      {
        file: DATABASE,
        find: "return run.immediate();",
        replace: `let done: T | undefined;
  try {
    db.$client.transaction(() => { done = work(); }).immediate();
  } catch (error) {
    if (codeOf(error) !== "SQLITE_FULL" || done === undefined) throw error;
  }
  return done as T;`,
      },
    ],
  },
  {
    name: "log outside the transaction",
    changes: [
      {
        file: APPEND,
        find: "log.insert(entry);",
        replace: "unlogged.push(entry);",
      },
      {
        file: APPEND,
        find: "const append: Append = ",
        replace: `const unlogged: unknown[] = [];
  const append: Append = (events, nowUs, options) => {
    const appended = appendRest(events, nowUs, options);
    for (const entry of unlogged.splice(0)) if (appended.kind === "committed") log.insert(entry as never);
    return appended;
  };
  const appendRest: Append = `,
      },
    ],
  },
];
