// Sends a plan: all clients at once, each its steps in order, each delivery until it has ended as planned. What an
// ordinary client must do against a server that counts exactly once is here, and it is little: send again.
import type { Api, Reply } from "./api.ts";
import type { Delivery, End, Step } from "./delivery.ts";
import type { Ledger } from "./ledger.ts";
import type { Lane } from "./plan.ts";

const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 2_000;

interface SenderDeps {
  readonly api: Api;
  readonly ledger: Ledger;
  /** For how long a delivery is tried. */
  readonly patienceMs: number;
  /** How long to wait before a delivery is sent again. `attempts`: how often it was sent. Left out: as a polite client. */
  readonly waitMs?: (reply: Reply, attempts: number) => number;
}

/** Twice as long each time, and never shorter than the server asks for. */
const politeWaitMs = (reply: Reply, attempts: number): number => {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), MAX_WAIT_MS);
  return reply.kind === "error" ? Math.max(waitMs, reply.retryAfterMs) : waitMs;
};

/** The error with which a delivery of this kind ends, where that is planned. */
const plannedErrors: Readonly<Partial<Record<End, string>>> = {
  BROKEN: "BAD_USER_INPUT",
  REFUSED: "ATOMIC_REFUSED",
  BEFORE_TRANSACTION: "SIMULATED_FAILURE",
  DURING_TRANSACTION: "SIMULATED_FAILURE",
  AFTER_COMMIT: "SIMULATED_FAILURE",
};

/** @throws Error where the server does not answer for longer than the clients are patient. */
export const sendPlan = async (
  { lanes }: { readonly lanes: readonly Pick<Lane, "steps">[] },
  deps: SenderDeps,
): Promise<void> => {
  await Promise.all(lanes.map(({ steps }) => sendSteps(steps, deps)));
};

const sendSteps = async (steps: readonly Step[], deps: SenderDeps): Promise<void> => {
  for (const wave of steps.flatMap(({ waves }) => waves))
    await Promise.all(wave.map((delivery) => deliver(delivery, deps)));
};

const deliver = async (delivery: Delivery, deps: SenderDeps): Promise<void> => {
  const { api, ledger, patienceMs, waitMs = politeWaitMs } = deps;
  const deadlineAt = Date.now() + patienceMs;
  let isRetry = false;
  for (let attempts = 1; ; attempts += 1) {
    ledger.counts.requests += 1;
    const reply = await api.send(delivery);
    if (hasEnded(reply, delivery, { ledger, isRetry })) {
      ledger.counts.ended += 1;
      return;
    }
    isRetry ||= mayHaveArrived(reply);
    if (Date.now() > deadlineAt)
      throw new Error(`A delivery was given up after ${Math.round(patienceMs / 1000)} s: ${reasonOf(reply)}.`);
    await new Promise((resolve) => setTimeout(resolve, waitMs(reply, attempts)));
  }
};

/** Enters the reply in the ledger. False where the delivery must be sent again. */
const hasEnded = (
  reply: Reply,
  delivery: Delivery,
  { ledger, isRetry }: { ledger: Ledger; isRetry: boolean },
): boolean => {
  const { items, end, mode } = delivery;
  switch (reply.kind) {
    case "answered":
      if (reply.answers.length !== items.length)
        ledger.differs(`${items.length} events have ${reply.answers.length} answers.`);
      if (end in plannedErrors)
        ledger.differs(`A request that should have ended with ${plannedErrors[end]} was answered.`);
      if (mode === "ATOMIC" && new Set(reply.answers.map(({ outcome }) => outcome)).size > 1)
        ledger.differs("A batch of which all or nothing counts was counted in parts.");
      reply.answers.forEach((answer, index) => {
        const item = items[index];
        if (item !== undefined) ledger.answered(item, answer, { isRetry });
      });
      return true;
    case "lost":
      ledger.counts[end === "CUT_OFF" ? "cutOff" : "lost"] += 1;
      if (reply.mayHaveArrived && isWritten(end)) ledger.uncertain(items);
      return end === "CUT_OFF";
    case "error":
      if (reply.code === plannedErrors[end]) enterPlannedError(reply, delivery, ledger);
      else if (!reply.isRetryable) ledger.differs(`A request was refused: ${reply.code}, ${reply.message}`);
      else if (mayHaveArrived(reply)) ledger.uncertain(items);
      return reply.code === plannedErrors[end] || !reply.isRetryable;
    default:
      return reply satisfies never;
  }
};

const enterPlannedError = (
  reply: Extract<Reply, { kind: "error" }>,
  { items, end }: Delivery,
  ledger: Ledger,
): void => {
  ledger.counts[end === "REFUSED" || end === "BROKEN" ? "refused" : "faults"] += 1;
  if (end === "AFTER_COMMIT") ledger.committed(items);
  if (end !== "REFUSED") return;
  const expected = items.map(({ expects }) => expects[0]).join(" ");
  if (reply.outcomes.join(" ") !== expected)
    ledger.differs(`A refused batch says ${reply.outcomes.join(" ")} instead of ${expected}.`);
};

/** Whether a delivery of this kind can leave anything on the server. */
const isWritten = (end: End): boolean => end === "ANSWERED" || end === "CUT_OFF" || end === "AFTER_COMMIT";

/** Whether the events may be counted: also where the server says that it does not know. */
const mayHaveArrived = (reply: Reply): boolean => {
  if (reply.kind === "lost") return reply.mayHaveArrived;
  return reply.kind === "error" && (reply.code === "INTERNAL" || reply.message.includes("is not known"));
};

const reasonOf = (reply: Reply): string =>
  reply.kind === "lost" ? reply.reason : reply.kind === "error" ? reply.message : "it was answered";
