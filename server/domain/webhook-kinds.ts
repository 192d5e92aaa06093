// What an endpoint can be told of: kinds of entries of the log, by the names that stand in a delivery's `type`.
import type { Action, Entry } from "./event.ts";
import type { Problem } from "./problem.ts";

interface KindRule {
  /** Entries with other actions are none of its. */
  readonly actions: readonly Action[];
  /** Which of them are; all where it is left out. */
  readonly isOne?: (entry: Entry) => boolean;
  /** Whether it is a failure: these come in bursts, and are counted by what is wrong. */
  readonly isFailure?: boolean;
  readonly meaning: string;
}

const isDead = ({ details }: Entry): boolean => details.state === "DEAD";

const rules = {
  "event.accepted": { actions: ["ACCEPTED"], meaning: "A new event was counted." },
  "event.duplicate": { actions: ["DUPLICATE"], meaning: "An event came again and was not counted again." },
  "event.conflict": {
    actions: ["CONFLICT"],
    isFailure: true,
    meaning: "An event used the key of another and was not counted.",
  },
  "event.rejected": { actions: ["REJECTED"], isFailure: true, meaning: "An event could not be read." },
  "event.faulted": {
    actions: ["FAULTED"],
    isFailure: true,
    meaning: "An event met an unexpected fault, and is tried again by itself.",
  },
  "event.voided": { actions: ["VOIDED"], meaning: "An event was taken out of the figures." },
  "event.unvoided": { actions: ["UNVOIDED"], meaning: "A voided event counts again." },
  "event.reprocessed": { actions: ["REPROCESSED"], meaning: "An event was read again, and says something else now." },
  "failure.retried": {
    actions: ["RETRIED"],
    isOne: (entry) => !isDead(entry),
    isFailure: true,
    meaning: "A failed event was tried again, and could not be counted.",
  },
  "failure.dead": {
    actions: ["RETRIED"],
    isOne: isDead,
    isFailure: true,
    meaning: "A failed event was tried as often as it may be, and waits for a person.",
  },
  "failure.resolved": {
    actions: ["ACCEPTED", "DUPLICATE"],
    isOne: ({ failure }) => failure !== null,
    meaning: "A failed event was counted after all, or found to be counted already.",
  },
  "failure.discarded": { actions: ["DISCARDED"], meaning: "A person decided that a failed event shall not count." },
  "failure.reopened": { actions: ["REOPENED"], meaning: "A person wants a failed event to be looked at again." },
  "profile.set": { actions: ["PROFILE_SET"], meaning: "A client got a profile, or a new version of it." },
  "profile.deleted": { actions: ["PROFILE_DELETED"], meaning: "The profile of a client was taken away." },
  "job.started": { actions: ["JOB_STARTED"], meaning: "A job began." },
  "job.ended": { actions: ["JOB_ENDED"], meaning: "A job ended." },
  "webhook.disabled": { actions: ["WEBHOOK_DISABLED"], meaning: "An endpoint is told nothing any more." },
} as const satisfies Readonly<Record<string, KindRule>>;

export type WebhookKind = keyof typeof rules;

const ruleOf = (kind: WebhookKind): KindRule => rules[kind];

export const webhookKinds = Object.keys(rules) as readonly WebhookKind[];

export const meaningOf = (kind: WebhookKind): string => ruleOf(kind).meaning;

export const isFailureKind = (kind: WebhookKind): boolean => ruleOf(kind).isFailure ?? false;

/** The actions of all entries that can be of one of these kinds. */
export const actionsOf = (kinds: readonly WebhookKind[]): readonly Action[] => [
  ...new Set(kinds.flatMap((kind) => ruleOf(kind).actions)),
];

/** An entry can be of several kinds: a failed event that is counted after all is an accepted event too. */
export const isOfKind = (entry: Entry, kind: WebhookKind): boolean => {
  const { actions, isOne } = ruleOf(kind);
  return actions.includes(entry.action) && (isOne?.(entry) ?? true);
};

/** What stood in the way of the event, where the entry is a failure. */
export const problemsOf = ({ details, failure }: Entry): readonly Problem[] =>
  details.problems ?? failure?.problems ?? [];
