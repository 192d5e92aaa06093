// What the figures of servers were over a span of time: those of one, or of all together.
import type { Micros } from "../domain/calendar.ts";
import type { History, HistoryRow } from "../storage/history.ts";
import { MAX_STEPS, type SpanName, spans, stepStartUs } from "./history.ts";
import { decodeFigures, type HistoryFigures, mergeInTime, mergeServers } from "./history-figures.ts";

export interface HistoryAsked {
  readonly span: SpanName;
  /** Null: all of them together. */
  readonly server: string | null;
  /** Only the newest so many steps. */
  readonly last?: number;
}

export interface HistoryPoint extends HistoryFigures {
  readonly atUs: Micros;
  /** How many servers it is told from. */
  readonly servers: number;
}

export interface ServerStart {
  readonly server: string;
  readonly atUs: Micros;
}

export interface HistoryAnswer {
  readonly stepSeconds: number;
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** All those of which something is known in that time, by name. */
  readonly servers: readonly string[];
  /** Those of them, or of the one asked for, that were started in that time, oldest first. */
  readonly starts: readonly ServerStart[];
  /** Oldest first; none for steps in which no server was there. */
  readonly points: readonly HistoryPoint[];
}

interface AnswerDeps {
  readonly history: Pick<History, "read">;
  readonly nowUs: Micros;
}

export const answerHistory = async (
  { history, nowUs }: AnswerDeps,
  { span, server, last = MAX_STEPS }: HistoryAsked,
): Promise<HistoryAnswer> => {
  const { spanSeconds, stepSeconds } = spans[span];
  const stepUs = stepSeconds * 1_000_000;
  // The step that goes on is the last.
  const toUs = stepStartUs(stepSeconds, nowUs) + stepUs;
  const fromUs = toUs - Math.min(last, spanSeconds / stepSeconds) * stepUs;
  const rows = await history.read({ stepSeconds, fromUs, toUs });
  const asked = rows.filter((row) => server === null || row.server === server);
  return {
    ...{ stepSeconds, fromUs, toUs },
    servers: [...new Set(rows.map((row) => row.server))].sort(),
    starts: startsIn(asked, fromUs),
    points: [...Map.groupBy(asked, ({ atUs }) => atUs)].map(([atUs, ofStep]) => pointOf(atUs, ofStep)),
  };
};

const startsIn = (rows: readonly HistoryRow[], fromUs: Micros): readonly ServerStart[] => {
  const starts = new Map<string, ServerStart>();
  for (const { server, startedAtUs } of rows)
    if (startedAtUs >= fromUs) starts.set(`${startedAtUs} ${server}`, { server, atUs: startedAtUs });
  return [...starts.values()].sort((one, other) => one.atUs - other.atUs);
};

const pointOf = (atUs: Micros, rows: readonly HistoryRow[]): HistoryPoint => {
  const servers = [...Map.groupBy(rows, ({ server }) => server).values()].map((runs) =>
    runs.map(({ figures }) => decodeFigures(figures)).reduce(mergeInTime),
  );
  return { ...servers.reduce(mergeServers), atUs, servers: servers.length };
};
