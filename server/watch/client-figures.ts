// What became of the events of each client. There can be any number of clients, so only those that send most are kept
// apart (top.ts), and all others are counted together.
import { type Outcome, outcomes, type Result } from "../domain/event.ts";
import type { Family } from "./exposition.ts";
import { createTop } from "./top.ts";

const MAX_CLIENTS = 50;
const MAX_CHANGES = 5;
const PERIOD_MS = 300_000;
const NAME = "surecount_client_events_total";

type Tally = Record<Outcome, number>;

export interface ClientTallies {
  count(result: Result): void;
  family(): Family;
}

interface TalliesDeps {
  readonly maxClients?: number;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

export const createClientTallies = ({ maxClients = MAX_CLIENTS, nowMs }: TalliesDeps = {}): ClientTallies => {
  const top = createTop<Tally>({
    ...{ maxNames: maxClients, maxChanges: MAX_CHANGES, periodMs: PERIOD_MS, ...(nowMs && { nowMs }) },
    create: () => ({ ACCEPTED: 0, DUPLICATE: 0, CONFLICT: 0, REJECTED: 0 }),
    addTo: (others, tally) => {
      for (const outcome of outcomes) others[outcome] += tally[outcome];
    },
  });
  return {
    count: (result) => {
      top.of(clientOf(result))[result.outcome] += 1;
    },
    family: () => ({
      ...{ name: NAME, type: "counter" },
      help: "Events received from the clients that send most, by outcome; client is empty where it could not be read.",
      samples: top
        .entries()
        .flatMap(([client, tally]) =>
          outcomes.map((outcome) => ({ name: NAME, labels: { client, outcome }, value: tally[outcome] })),
        ),
    }),
  };
};

const clientOf = (result: Result): string => ("event" in result ? result.event.client : result.failure.client) ?? "";
