// The named points at which a fault can be made to happen, for users who want to see that nothing is lost, and for
// tests. The fault is an ordinary exception at that place: whatever it undoes or loses, a crash there would as well.
import { AppError } from "../domain/error.ts";
import type { FailurePoint } from "../domain/event.ts";

const consequences: Record<FailurePoint, string> = {
  BEFORE_TRANSACTION: "before the transaction, so nothing was written",
  DURING_TRANSACTION: "inside the transaction, which was rolled back, so nothing was written",
  AFTER_COMMIT: "after the commit, so the events are counted and only the answer was lost",
};

/** @throws AppError SIMULATED_FAILURE where `wanted` is the point that has been reached. */
export const failAt = (point: FailurePoint, wanted: FailurePoint | null | undefined): void => {
  if (point !== wanted) return;
  throw new AppError(
    "SIMULATED_FAILURE",
    `The server failed as you asked, ${consequences[point]}. Send the same request again: nothing is lost or counted twice.`,
    { details: { simulateFailure: point } },
  );
};
