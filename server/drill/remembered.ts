// What clients remember of what they were told, and what a server must say when they ask it again.
import type { Api } from "../demo/api.ts";
import { batch, type Item } from "../demo/delivery.ts";
import { type Answer, createLedger } from "../demo/ledger.ts";
import { sendPlan } from "../demo/sender.ts";

/** An event, and the first answer that it was given. */
export interface Acknowledged {
  readonly item: Item;
  readonly answer: Answer;
}

export interface Memory {
  /** The same API; what it answers is remembered. */
  readonly api: Api;
  /** What was acknowledged until now, each event once. */
  acknowledged(): readonly Acknowledged[];
}

export const createMemory = (api: Api): Memory => {
  const known = new Map<string, Acknowledged>();
  return {
    api: {
      ...api,
      send: async (delivery) => {
        const reply = await api.send(delivery);
        if (reply.kind !== "answered") return reply;
        for (const [index, answer] of reply.answers.entries()) {
          const item = delivery.items[index];
          if (item !== undefined && !known.has(item.identity)) known.set(item.identity, { item, answer });
        }
        return reply;
      },
    },
    acknowledged: () => [...known.values()],
  };
};

const BATCH = 200;

interface Asking {
  readonly api: Api;
  readonly acknowledged: readonly Acknowledged[];
  readonly patienceMs: number;
}

/** Sends all of it again. What does not have the outcome, the receipt or the failure that it had, in words. */
export const sendAgain = async ({ api, acknowledged, patienceMs }: Asking): Promise<readonly string[]> => {
  const ledger = createLedger();
  for (const { item, answer } of acknowledged) ledger.answered(item, answer, { isRetry: true });
  const items = acknowledged.map(({ item }) => again(item));
  const waves = [];
  for (let from = 0; from < items.length; from += BATCH) waves.push([batch(items.slice(from, from + BATCH))]);
  await sendPlan({ lanes: [{ steps: [{ scenario: "again", waves }] }] }, { api, ledger, patienceMs });
  return ledger.differences;
};

const again = (item: Item): Item => (item.kind === "sale" ? { ...item, expects: ["DUPLICATE"] } : item);
