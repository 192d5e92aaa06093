// Shows that nothing is lost and nothing is counted twice: unreliable clients send to a running server, and at the end
// what they know is compared with what the server says. npm run demo
import { randomInt, randomUUID } from "node:crypto";
import type { Output } from "../progress.ts";
import { type Api, createApi } from "./api.ts";
import { type Comparison, compare, describeDifference, isEqual, tableOf } from "./comparison.ts";
import { single } from "./delivery.ts";
import { groupedText } from "./exact.ts";
import { type Figures, readFigures } from "./figures.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { help, OptionError, type Options, parseOptions } from "./options.ts";
import { createPlan, type Plan } from "./plan.ts";
import { createProgress } from "./progress.ts";
import { sendPlan } from "./sender.ts";
import { truthOf } from "./truth.ts";

const DAY_MS = 86_400_000;
const PATIENCE_MS = 60_000;
const MAX_SHOWN = 20;

interface DemoDeps {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
  /** What makes the names of the clients those of this run. */
  readonly run?: string;
}

/** Runs the demo. The exit code is 0 where everything agrees, 1 where something does not, 2 where it could not begin. */
export const runDemo = async ({
  args,
  environment,
  output,
  run = randomUUID().slice(0, 6),
}: DemoDeps): Promise<0 | 1 | 2> => {
  try {
    const options = parseOptions(args, environment);
    if (options === "help") {
      output.write(help);
      return 0;
    }
    const api = createApi(options.endpoint);
    const faults = await canSimulateFaults(api, options.url);
    return await sendAndCompare({ api, options, faults, output, run });
  } catch (error) {
    output.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof OptionError || error instanceof StartError ? 2 : 1;
  }
};

/** Why the demo cannot begin: one line for the user. */
class StartError extends Error {}

/** Asks for a fault before anything is written: so nothing is, whatever the answer. */
const canSimulateFaults = async (api: Api, url: string): Promise<boolean> => {
  const probe = { client: null, kind: "invalid", identity: "probe", event: {}, key: null, expects: [] } as const;
  const reply = await api.send(single(probe, "BEFORE_TRANSACTION"));
  if (reply.kind === "error" && reply.code === "SIMULATED_FAILURE") return true;
  if (reply.kind === "error" && reply.code === "FORBIDDEN") return false;
  if (reply.kind === "lost" && !reply.isAnswered)
    throw new StartError(`Nothing answers at ${url}. Run \`npm start\` in another terminal, then this again.`);
  throw new StartError(`What answers at ${url} is not a Surecount server that takes events: ${describeReply(reply)}`);
};

const describeReply = (reply: Awaited<ReturnType<Api["send"]>>): string => {
  if (reply.kind === "error") return `${reply.code}, ${reply.message}`;
  return reply.kind === "lost" ? reply.reason : "it counted what it was asked to fail at.";
};

interface RunDeps {
  readonly api: Api;
  readonly options: Options;
  /** Whether the server simulates faults. */
  readonly faults: boolean;
  readonly output: Output;
  readonly run: string;
}

const sendAndCompare = async ({ api, options, faults, output, run }: RunDeps): Promise<0 | 1> => {
  const { events, clients, url } = options;
  const seed = options.seed ?? randomInt(2 ** 32);
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const plan = createPlan({ seed, events, clients, run, today, faults });
  output.write(
    `Run ${run}: ${groupedText(String(events))} different events from ${clients} clients named ${plan.prefix}… to ${url}. To repeat: --seed ${seed}\n`,
  );
  if (!faults) output.write("This server does not simulate failures (FORBIDDEN): these are left out.\n");

  const ledger = createLedger();
  const startedAt = performance.now();
  await sendWithProgress({ api, plan, ledger, output });
  const seconds = (performance.now() - startedAt) / 1000;
  ledger.settle();

  const figures = await readFigures(api, { clients: plan.lanes.map(({ client }) => client), prefix: plan.prefix });
  const comparisons = compare({ truth: truthOf(plan.lanes), ledger, figures });
  output.write(`\n${tableOf(comparisons)}\n\n`);
  const differences = differencesOf({ comparisons, ledger, figures });
  output.write(differences.length === 0 ? `${closingSentence({ ledger, events, seconds })}\n` : listOf(differences));
  return differences.length === 0 ? 0 : 1;
};

const sendWithProgress = async ({
  api,
  plan,
  ledger,
  output,
}: {
  api: Api;
  plan: Plan;
  ledger: Ledger;
  output: Output;
}): Promise<void> => {
  const waves = plan.lanes.flatMap(({ steps }) => steps).flatMap((step) => step.waves);
  const planned = waves.reduce((sum, wave) => sum + wave.length, 0);
  const progress = createProgress({ output, counts: ledger.counts, planned });
  try {
    await sendPlan(plan, { api, ledger, patienceMs: PATIENCE_MS });
  } finally {
    progress.close();
  }
};

const differencesOf = ({
  comparisons,
  ledger,
  figures,
}: {
  comparisons: readonly Comparison[];
  ledger: Ledger;
  figures: Figures;
}) => [
  ...comparisons.filter((comparison) => !isEqual(comparison)).map(describeDifference),
  ...ledger.differences,
  ...figures.imbalances,
];

const listOf = (differences: readonly string[]): string => {
  const shown = differences.slice(0, MAX_SHOWN).map((difference) => `  - ${difference}\n`);
  const rest = differences.length - shown.length;
  return `Not counted exactly once, ${differences.length} differences:\n${shown.join("")}${rest > 0 ? `  and ${rest} more\n` : ""}`;
};

const closingSentence = ({ ledger, events, seconds }: { ledger: Ledger; events: number; seconds: number }): string => {
  const { requests, cutOff, lost, faults } = ledger.counts;
  const number = (value: number): string => groupedText(String(value));
  return (
    `Counted exactly once: ${number(events)} different events, sent in ${number(requests)} requests in ${seconds.toFixed(1)} s, ` +
    `${number(cutOff + lost)} of which were cut off or lost and ${number(faults)} failed in the server.`
  );
};
