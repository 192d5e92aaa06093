// What rollups cost: the writer of this build against the same writer without them, in groups as batches make them.
import { mkdirSync } from "node:fs";
import { median, medianRatio } from "../statistics.ts";
import { type Check, figure, type Table, times as timesCell } from "../table.ts";
import type { Workshop } from "../workshop.ts";
import type { Side, Times, WritersJob, WritersQuestion, Written } from "../writer/writers.ts";

const LOADS: Readonly<Record<string, Times>> = {
  "about now, some late": "now",
  "a year in order of time": "history",
};
const JOB: Omit<WritersJob, "times"> = { events: 50_000, eventsPerTransaction: 500 };

export const title = "rollups of all grains, with percentile bins, against the same build without them";

type Round = Readonly<Record<Side, Written>>;

export const run = async ({ child, file, options, progress }: Workshop): Promise<readonly Table[]> => {
  const folder = file("writers");
  mkdirSync(folder);
  const writers = await child("writer/writers.ts", folder);
  const ask = <Answer>(question: WritersQuestion): Promise<Answer> => writers.ask(question) as Promise<Answer>;
  const loads = [];
  for (const [name, times] of Object.entries(LOADS)) {
    const rounds: Round[] = [];
    // Before the first round the code is slow, and the tables are empty.
    await ask<Round>({ ...JOB, times });
    for (let round = 0; round < options.rounds; round += 1) {
      progress(`${name}, round ${round + 1}`);
      rounds.push(await ask<Round>({ ...JOB, times }));
    }
    const stored = await ask<Readonly<Record<Side, number>>>({ stored: times });
    loads.push({ name, rounds, checks: checksOf(name, stored, (rounds.length + 1) * JOB.events) });
  }
  const [rows, checks] = [loads.map(rowOf), loads.flatMap((load) => load.checks)];
  return [{ name: "rollups", title, columns, rows, notes, checks, runs: loads }];
};

const checksOf = (name: string, stored: Readonly<Record<Side, number>>, expected: number): readonly Check[] =>
  Object.entries(stored).map(([side, actual]) => ({
    what: `${name}, ${side} rollups: rows in normalized_events`,
    ...{ expected, actual },
  }));

const columns = ["events", "with: CPU", "without: CPU", "writer's throughput", "reading included", "by the clock"];

const rowOf = ({ name, rounds }: { readonly name: string; readonly rounds: readonly Round[] }): readonly string[] => {
  const of = (side: Side, value: keyof Written): readonly number[] => rounds.map((round) => round[side][value]);
  const microseconds = (side: Side): string => `${figure(median(of(side, "cpuUsPerEvent")))} µs`;
  return [
    name,
    microseconds("with"),
    microseconds("without"),
    timesCell(medianRatio(of("without", "cpuUsPerEvent"), of("with", "cpuUsPerEvent"))),
    timesCell(medianRatio(of("without", "withReadingUs"), of("with", "withReadingUs"))),
    timesCell(medianRatio(of("with", "eventsPerSecond"), of("without", "eventsPerSecond"))),
  ];
};

const notes = [
  `100 clients with three metrics, ${JOB.eventsPerTransaction} events a transaction, synchronous=FULL on both sides, the same events to both in turns. Folding is included, and so is copying the log into the file.`,
  "writer's throughput: with rollups, as a part of what it is without, by the CPU time that an event takes in the writer. reading included: the same with what it takes to parse and normalise the events. by the clock: as the time passed, disk included.",
  "without: the benchmark's own process builds the writer with a rollup store that does nothing. The server has no such setting.",
];
