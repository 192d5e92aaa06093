// What the figures of servers were over a span of time: asked for once as a whole, and then only for what has come since,
// as long as somebody looks.
import type { Client } from "@urql/core";
import { type Accessor, batch, createEffect, createSignal, on, onCleanup } from "solid-js";
import { type Fault, faultOf } from "./fault.ts";
import { type HistorySpan, type SystemHistory, SystemHistoryQuery } from "./system-history-operations.ts";

const MAX_STEPS = 360;
/** Steps are written a moment after they end; the long ones while they go on. */
const LEAST_MS = 5_000;
const MOST_MS = 60_000;

export interface HistoryChoice {
  readonly span: HistorySpan;
  /** Null: all together. */
  readonly server: string | null;
}

export interface HistoryWatch {
  /** Undefined before the first answer to this choice. */
  readonly history: Accessor<SystemHistory | undefined>;
  /** Why the last asking gave nothing. */
  readonly fault: Accessor<Fault | undefined>;
  ask(): Promise<void>;
}

/** Asks at once, and for as long as the component is on screen and the page is shown. */
export const createHistoryWatch = (client: Client, choice: Accessor<HistoryChoice>): HistoryWatch => {
  const [history, setHistory] = createSignal<SystemHistory>();
  const [fault, setFault] = createSignal<Fault>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  const ask = async (): Promise<void> => {
    clearTimeout(timer);
    turn += 1;
    const asked = turn;
    const known = history();
    if (!document.hidden) {
      const variables = { ...choice(), last: known === undefined ? MAX_STEPS : stepsSince(known, Date.now()) };
      const { data, error } = await client.query(SystemHistoryQuery, variables).toPromise();
      if (asked !== turn) return;
      batch(() => {
        setFault(data ? undefined : faultOf(error));
        if (data) setHistory(known === undefined ? data.systemHistory : extendHistory(known, data.systemHistory));
      });
    }
    // Where nothing is known yet, the first step is about to come.
    const isEmpty = history()?.points.length === 0;
    const waitMs = isEmpty ? 0 : ((history()?.stepSeconds ?? 0) * 1_000) / 2;
    timer = setTimeout(ask, Math.min(MOST_MS, Math.max(LEAST_MS, waitMs)));
  };

  createEffect(
    on(
      () => JSON.stringify(choice()),
      () => {
        setHistory(undefined);
        void ask();
      },
    ),
  );
  document.addEventListener("visibilitychange", ask);
  onCleanup(() => {
    turn += 1;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", ask);
  });
  return { history, fault, ask };
};

/** How many steps have to be asked for: the one that went on, those since, and one for clocks that differ. */
const stepsSince = ({ to, stepSeconds }: SystemHistory, nowMs: number): number =>
  Math.min(MAX_STEPS, Math.max(2, Math.ceil((nowMs - Date.parse(to)) / (stepSeconds * 1_000)) + 2));

/** What was known, with what is known of the newest steps now; what is older than the span goes. */
export const extendHistory = (known: SystemHistory, newest: SystemHistory): SystemHistory => {
  const spanMs = Date.parse(known.to) - Date.parse(known.from);
  const fromMs = Date.parse(newest.to) - spanMs;
  const isWithin = ({ at }: { readonly at: string }): boolean => Date.parse(at) >= fromMs;
  const isOlder = ({ at }: { readonly at: string }): boolean => Date.parse(at) < Date.parse(newest.from);
  return {
    ...newest,
    from: new Date(fromMs).toISOString(),
    servers: [...new Set([...known.servers, ...newest.servers])].sort(),
    starts: [...known.starts.filter(isOlder), ...newest.starts].filter(isWithin),
    points: [...known.points.filter(isOlder), ...newest.points].filter(isWithin),
  };
};
