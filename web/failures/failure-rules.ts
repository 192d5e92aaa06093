// What can be done about a failed event in each state, and why not where it cannot. The server decides; this says it
// before one tries.
import type { FailureState } from "../api/failure-operations.ts";

interface Refusals {
  /** Why it can be neither tried again, as it was sent or edited, nor discarded; null where it can. */
  readonly retry: string | null;
  /** Why it cannot be reopened; null where it can. */
  readonly reopen: string | null;
}

export const refusalOf = (failure: {
  readonly state: FailureState;
  readonly resolvedBy: { readonly seq: number } | null;
}): Refusals => {
  switch (failure.state) {
    case "OPEN":
      return { retry: null, reopen: "It is open already." };
    case "SCHEDULED":
      return { retry: null, reopen: "It is tried again by itself." };
    case "DEAD":
      return { retry: null, reopen: null };
    case "DISCARDED":
      return { retry: "It was discarded: reopen it first.", reopen: null };
    case "RESOLVED": {
      const reason = failure.resolvedBy
        ? `It is resolved: event #${failure.resolvedBy.seq} was counted.`
        : "It is resolved: its event was counted.";
      return { retry: reason, reopen: reason };
    }
  }
};
