// Who will send what, in which order, and what must be on the server when all of it has arrived. The same options give
// the same plan.
import type { Step } from "./delivery.ts";
import { createDraft, type ExpectedFailure } from "./draft.ts";
import { createRandom } from "./random.ts";
import type { Sale } from "./sale.ts";
import { faultScenarios, type Scenario, scenarios } from "./scenario.ts";

export interface PlanOptions {
  readonly seed: number;
  /** How many different sales there are. */
  readonly events: number;
  readonly clients: number;
  /** What makes the names of this run's clients its own. */
  readonly run: string;
  /** Midnight, in milliseconds since 1970: the sales lie before it. */
  readonly today: number;
  /** Whether the server simulates faults. */
  readonly faults: boolean;
}

export interface Lane {
  readonly client: string;
  readonly steps: readonly Step[];
  /** What really happened: all of it must be counted. */
  readonly sales: readonly Sale[];
  readonly failures: readonly ExpectedFailure[];
}

export interface Plan {
  /** Common to the names of all its clients, and to what does not say whose it is. */
  readonly prefix: string;
  /** One for each client. */
  readonly lanes: readonly Lane[];
}

const devices = ["kiosk", "meter", "till", "phone", "gate", "van", "vault", "shop"];

export const createPlan = (options: PlanOptions): Plan => {
  const { seed, events, clients, run, today } = options;
  const prefix = `demo-${run}-`;
  const lanes = Array.from({ length: clients }, (_, index): Lane => {
    const client = `${prefix}${devices[index % devices.length]}-${index + 1}`;
    const quota = Math.floor(events / clients) + (index < events % clients ? 1 : 0);
    // Each client has chance of its own, so that no plan depends on how another one goes.
    const draft = createDraft({ random: createRandom(seed * 1_000_003 + index), client, today, quota });
    const steps: Step[] = [];
    for (const [scenario, wavesOf] of endlessly(options, index)) {
      if (draft.room === 0) break;
      steps.push({ scenario, waves: wavesOf(draft) });
    }
    return { client, steps, sales: draft.sales, failures: draft.failures };
  });
  return { prefix, lanes };
};

/** All scenarios in turn. Clients begin at different ones, so that even a small run sees each of them. */
function* endlessly({ clients, faults }: PlanOptions, index: number): Generator<readonly [string, Scenario]> {
  const all = Object.entries({ ...scenarios, ...(faults ? faultScenarios : {}) });
  for (let turn = Math.floor((index * all.length) / clients); ; turn += 1) {
    const next = all[turn % all.length];
    if (next !== undefined) yield next;
  }
}
