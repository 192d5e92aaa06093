// Surecount on PostgreSQL: against a plain insert of the same rows and PostGraphile on the same PostgreSQL, what an
// event costs as servers are added, what it takes on disk, and what a thousand million of them a day would need.
import { createCostMeter } from "../cost.ts";
import { createDatabase, durabilityOf } from "../database.ts";
import { estimateTable } from "../estimate.ts";
import { type Fleet, startFleet } from "../fleet.ts";
import { type Costed, type CostedRun, costTable, medianCost } from "../fleet-cost.ts";
import type { LoadJob } from "../load/job.ts";
import type { PlainJob } from "../peers/plain.ts";
import { type Postgres, startPostgres } from "../postgres.ts";
import { footprintOf, inventoryOf, inventoryTable } from "../relations.ts";
import { type Rival, startPlain, startPostGraphile } from "../rivals.ts";
import { inTurns } from "../rounds.ts";
import { rateCell, ratioCell, speedCells } from "../speed.ts";
import { median } from "../statistics.ts";
import type { Check, Table } from "../table.ts";
import type { Workshop } from "../workshop.ts";

interface Load {
  readonly name: string;
  readonly ours: Partial<LoadJob>;
  readonly plain: PlainJob;
  readonly postgraphile: Partial<LoadJob>;
}

const batch = { eventsPerRequest: 500, inFlight: 4 } as const;
const single = { eventsPerRequest: 1, inFlight: 64 } as const;
const loads: readonly Load[] = [
  {
    name: "batches of 500",
    ours: { ...batch, target: "events" },
    plain: { events: 60_000, eventsPerStatement: 500, inFlight: 4 },
    postgraphile: { ...batch, target: "postgraphiles", eventsPerRequest: 200 },
  },
  {
    name: "single events",
    ours: { ...single, target: "event" },
    plain: { events: 10_000, eventsPerStatement: 1, inFlight: 64 },
    postgraphile: { ...single, target: "postgraphile" },
  },
];
/** Beyond the default, because the servers of three databases, which never work at once, hold their connections. */
const settings = { max_connections: "200" };

export const title = "PostgreSQL: a plain insert and PostGraphile beside it, 1 to 3 servers, and an estimate";

export const run = async (workshop: Workshop): Promise<readonly Table[]> => {
  const postgres = await startPostgres({ settings });
  let contestants: Contestants | null = null;
  try {
    contestants = await startContestants(workshop, postgres);
    return await compare(workshop, postgres, contestants);
  } finally {
    // Before their database ends.
    await Promise.all(contestants === null ? [] : everyone(contestants).map(({ stop }) => stop()));
    await postgres.stop();
  }
};

interface Contestants {
  readonly one: Fleet;
  readonly two: Fleet;
  readonly three: Fleet;
  readonly plain: Rival<PlainJob>;
  readonly postgraphile: Rival<Partial<LoadJob>>;
}

const everyone = ({ one, two, three, plain, postgraphile }: Contestants) => [one, two, three, plain, postgraphile];

const startContestants = async (workshop: Workshop, postgres: Postgres): Promise<Contestants> => {
  const meter = await createCostMeter(postgres);
  const fleet = async (size: number): Promise<Fleet> =>
    startFleet({ workshop, meter, size, database: await createDatabase(postgres) });
  workshop.progress("installing PostGraphile, where need be, and starting");
  return {
    ...{ one: await fleet(1), two: await fleet(2), three: await fleet(3) },
    plain: await startPlain({ workshop, postgres, meter }),
    postgraphile: await startPostGraphile({ workshop, postgres, meter }),
  };
};

interface Level extends Readonly<Record<keyof Contestants, readonly CostedRun[]>> {
  readonly load: string;
}

const compare = async (workshop: Workshop, postgres: Postgres, all: Contestants): Promise<readonly Table[]> => {
  const levels: Level[] = [];
  for (const { name, ours, plain, postgraphile } of loads) {
    workshop.progress(name);
    const runs = await inTurns(workshop.options.rounds, {
      plain: () => all.plain.run(plain),
      one: () => all.one.run(ours),
      postgraphile: () => all.postgraphile.run(postgraphile),
      two: () => all.two.run(ours),
      three: () => all.three.run(ours),
    });
    levels.push({ load: name, ...runs });
  }
  workshop.progress("comparing");
  const checks = (await Promise.all(everyone(all).map(({ check }) => check()))).flat();
  const inventory = await inventoryOf(all.three.database);
  const measured = levels.map(({ load, one, two, three }) => ({
    ...{ load, cost: medianCost(three) },
    mostPerSecond: Math.max(...[one, two, three].map((runs) => median(runs.map((each) => each.eventsPerSecond)))),
  }));
  return [
    peersTable({ levels, checks, notes: await notesOn(postgres, all) }),
    costTable(levels.flatMap((level) => costedOf(level, all))),
    inventoryTable(inventory),
    estimateTable(measured, footprintOf(inventory, all.three.size)),
  ];
};

const columns = [
  ...["load", "events/s", "p50", "p99", "plain insert/s", "ratio"],
  ...["PostGraphile/s", "its p50", "its p99", "ratio"],
];

interface Peers {
  readonly levels: readonly Level[];
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
}

const peersTable = ({ levels, checks, notes }: Peers): Table => ({
  ...{ name: "postgres", title: "one Surecount on PostgreSQL, and others on the same PostgreSQL", columns },
  rows: levels.map(({ load, one, plain, postgraphile }) => [
    ...[load, ...speedCells(one), rateCell(plain), ratioCell(one, plain)],
    ...[...speedCells(postgraphile), ratioCell(one, postgraphile)],
  ]),
  ...{ notes, checks, runs: levels },
});

const notesOn = async (postgres: Postgres, { postgraphile }: Contestants): Promise<readonly string[]> => [
  `PostgreSQL ${postgres.version} with its defaults but max_connections, ${await durabilityOf(postgres)}; batches: 4 in flight, single events: 64 in flight.`,
  "plain insert: ready-made rows with the raw event and its facts into one table with a unique key, on conflict do nothing, by node-postgres: no HTTP, no GraphQL, no normalising, no log, no rollups. Its connections are those of the driver's pool, 10.",
  postgraphile.absence === null
    ? `${postgraphile.name}: an insert for each mutation, of the five facts alone and without a key; a batch is a document with 200 of them, because it takes requests of 100 kB.`
    : `PostGraphile NOT MEASURED: ${postgraphile.absence}`,
];

/** The rows of one load in the table of costs. */
const costedOf = ({ load, one, two, three, plain, postgraphile }: Level, all: Contestants): readonly Costed[] => [
  { load, who: "1 server", runs: one },
  { load, who: "2 servers", runs: two },
  { load, who: "3 servers", runs: three },
  { load, who: all.plain.name, runs: plain },
  ...(all.postgraphile.absence === null ? [{ load, who: "PostGraphile", runs: postgraphile }] : []),
];
