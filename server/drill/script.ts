// What the clients of one database send, cycle by cycle: everything that unreliable clients do, and again what they had
// sent before the last crashes. The same seed gives the same script.
import { type Step, single } from "../demo/delivery.ts";
import { createDraft, type Draft } from "../demo/draft.ts";
import type { Lane } from "../demo/plan.ts";
import { createRandom } from "../demo/random.ts";
import { faultScenarios, type Scenario, scenarios } from "../demo/scenario.ts";

export interface Script {
  /** Common to the names of all its clients, and to what does not say whose it is. */
  readonly prefix: string;
  /** One for each client, with what it has sent so far; its steps are those of the last cycle. */
  readonly lanes: readonly Lane[];
  /** Thinks up what comes next. */
  next(): void;
}

/** All sales lie before it. A day that never changes, so that a seed means the same tomorrow. */
const TODAY = Date.UTC(2025, 0, 31);
const SCENARIOS_PER_CYCLE = 2;
const MAX_REMEMBERED = 12;
const MAX_SEED = 2 ** 32 - 1;

/** What was acknowledged before the last crash, or before many: exactly as it was sent, or in another spelling. */
const memories: Scenario = (draft) => {
  const known = draft.random.shuffled(draft.sales).slice(0, draft.random.int(1, MAX_REMEMBERED));
  return known.map((sale) => [
    single(draft.random.chance(0.5) ? draft.plain(sale, ["DUPLICATE"]) : draft.respelled(sale, ["DUPLICATE"])),
  ]);
};

const all: Readonly<Record<string, Scenario>> = { ...scenarios, ...faultScenarios };

export const createScript = ({ seed, clients, name }: { seed: number; clients: number; name: string }): Script => {
  const prefix = `drill-${name}-`;
  const seeds = createRandom(seed);
  const drafts = Array.from({ length: clients }, (_, index) => {
    const client = `${prefix}${index + 1}`;
    // Each client has chance of its own, so that none depends on how another one goes.
    const random = createRandom(seeds.int(0, MAX_SEED));
    return { client, draft: createDraft({ random, client, today: TODAY, quota: Number.POSITIVE_INFINITY }) };
  });
  let steps: readonly (readonly Step[])[] = [];
  return {
    prefix,
    get lanes() {
      return drafts.map(({ client, draft }, index) => ({
        ...{ client, sales: draft.sales, failures: draft.failures, steps: steps[index] ?? [] },
      }));
    },
    next: () => {
      steps = drafts.map(({ draft }) => nextSteps(draft));
    },
  };
};

const nextSteps = (draft: Draft): readonly Step[] => {
  const names = draft.random.shuffled(Object.keys(all)).slice(0, SCENARIOS_PER_CYCLE);
  const old: Step = { scenario: "memories", waves: memories(draft) };
  const fresh = names.map((scenario): Step => ({ scenario, waves: all[scenario]?.(draft) ?? [] }));
  return draft.random.shuffled([old, ...fresh]);
};
