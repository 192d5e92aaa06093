// What the kinds of webhooks mean, in the words of the room, and the parts of the address.
import type { DeliveryState, Endpoint, WebhookKind } from "../api/webhook-operations.ts";

/** In the order in which they are offered. */
export const kindGroups: readonly {
  readonly name: string;
  readonly kinds: readonly (readonly [WebhookKind, string])[];
}[] = [
  {
    name: "What fails",
    kinds: [
      ["EVENT_REJECTED", "An event cannot be read"],
      ["EVENT_CONFLICT", "A key is used for another event"],
      ["EVENT_FAULTED", "An unexpected fault"],
      ["FAILURE_RETRIED", "A retry fails"],
      ["FAILURE_DEAD", "A failed event is dead"],
    ],
  },
  {
    name: "What becomes of failures",
    kinds: [
      ["FAILURE_RESOLVED", "Counted after all"],
      ["FAILURE_DISCARDED", "Discarded"],
      ["FAILURE_REOPENED", "Reopened"],
    ],
  },
  {
    name: "What counts",
    kinds: [
      ["EVENT_ACCEPTED", "An event is counted"],
      ["EVENT_DUPLICATE", "An event comes again"],
      ["EVENT_VOIDED", "An event is voided"],
      ["EVENT_UNVOIDED", "A voided event counts again"],
      ["EVENT_REPROCESSED", "An event is read again"],
    ],
  },
  {
    name: "What is set",
    kinds: [
      ["PROFILE_SET", "A profile is set"],
      ["PROFILE_DELETED", "A profile is deleted"],
      ["JOB_STARTED", "A job begins"],
      ["JOB_ENDED", "A job ends"],
      ["WEBHOOK_DISABLED", "A webhook is disabled"],
    ],
  },
];

/** `EVENT_REJECTED` is `event.rejected` in a delivery. */
export const typeOf = (kind: WebhookKind): string => kind.toLowerCase().replace("_", ".");

export type EndpointState = "fine" | "failing" | "disabled";

export const stateOf = ({ isEnabled, failingSince }: Pick<Endpoint, "isEnabled" | "failingSince">): EndpointState => {
  if (!isEnabled) return "disabled";
  return failingSince === null ? "fine" : "failing";
};

export const stateWords: Readonly<Record<EndpointState, string>> = {
  fine: "Enabled",
  failing: "Failing",
  disabled: "Disabled",
};

export const becauseWords: Readonly<Record<NonNullable<Endpoint["disabledBecause"]>, string>> = {
  ASKED: "Somebody has disabled it.",
  GONE: "It answered 410: nobody is there any more.",
  FAILING: "It took nothing for more than three days, however often it was sent.",
};

export const deliveryViews = {
  all: { name: "All", states: undefined },
  waiting: { name: "Waiting", states: ["WAITING", "COLLECTING"] },
  delivered: { name: "Delivered", states: ["DELIVERED"] },
  skipped: { name: "Skipped", states: ["SKIPPED"] },
} as const satisfies Record<string, { readonly name: string; readonly states: readonly DeliveryState[] | undefined }>;

export type DeliveryView = keyof typeof deliveryViews;
export const deliveryViewNames = Object.keys(deliveryViews) as readonly DeliveryView[];

/** The view that an address names; all where it names none. */
export const readView = (name: string | undefined): DeliveryView =>
  deliveryViewNames.find((view) => view === name) ?? "all";

export const deliveryWords: Readonly<Record<DeliveryState, string>> = {
  COLLECTING: "Collecting",
  WAITING: "Waiting",
  DELIVERED: "Delivered",
  SKIPPED: "Skipped",
  FAILED: "Not taken",
};

/** Names with commas or line ends between; null where there are none. */
export const readNames = (text: string): readonly string[] | null => {
  const names = text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length === 0 ? null : [...new Set(names)];
};

export const hostOf = (url: string): string => URL.parse(url)?.host ?? url;
