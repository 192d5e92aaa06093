// The figures of the server, asked every two seconds while somebody looks, and what they were in the last minutes. Those
// stay in the page, so that whoever comes back to the room sees how it was before; where nobody looked there is a gap.
import type { Client } from "@urql/core";
import { type Accessor, batch, createSignal, onCleanup } from "solid-js";
import { type Fault, faultOf } from "./fault.ts";
import { type System, SystemQuery } from "./system-operations.ts";

const INTERVAL_MS = 2_000;
export const KEPT_MS = 300_000;

/** What was told at one time, by this machine's clock. */
export interface Sample {
  readonly at: number;
  readonly system: System;
}

const [samples, setSamples] = createSignal<readonly Sample[]>([]);

export interface SystemWatch {
  /** Oldest first. */
  readonly samples: Accessor<readonly Sample[]>;
  /** Undefined before the first answer. */
  readonly latest: Accessor<Sample | undefined>;
  /** Why the last asking gave nothing. */
  readonly fault: Accessor<Fault | undefined>;
  ask(): Promise<void>;
}

/** Asks at once, and for as long as the component is on screen and the page is shown. */
export const createSystemWatch = (client: Client): SystemWatch => {
  const [fault, setFault] = createSignal<Fault>();
  let isAsking = false;

  const ask = async (): Promise<void> => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    const { data, error } = await client.query(SystemQuery, {}).toPromise();
    isAsking = false;
    batch(() => {
      setFault(data ? undefined : faultOf(error));
      if (data) setSamples((before) => kept([...before, { at: Date.now(), system: data.system }]));
    });
  };

  const timer = setInterval(ask, INTERVAL_MS);
  document.addEventListener("visibilitychange", ask);
  onCleanup(() => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", ask);
  });
  void ask();
  return { samples, latest: () => samples().at(-1), fault, ask };
};

/** Those of the last minutes, and of this server: another, or the same started anew, begins at nothing. */
const kept = (all: readonly Sample[]): readonly Sample[] => {
  const newest = all.at(-1);
  if (newest === undefined) return all;
  return all.filter(({ at, system }) => newest.at - at <= KEPT_MS && system.startedAt === newest.system.startedAt);
};

/** Requests a second of an operation over the last 10 seconds that were looked at; undefined where that is not known. */
export const rateOf = (samples: readonly Sample[], name: string): number | undefined => {
  const newest = samples.at(-1);
  const before = samples.find(({ at }) => newest !== undefined && newest.at - at <= RATE_MS);
  if (newest === undefined || before === undefined || before === newest) return undefined;
  return (requestsOf(newest, name) - requestsOf(before, name)) / ((newest.at - before.at) / 1_000);
};

const RATE_MS = 10_000;

const requestsOf = ({ system }: Sample, name: string): number =>
  system.operations.find((operation) => operation.name === name)?.requests ?? 0;
