// Sends what was typed, each event as its text, and gives the answer as the outcome that it is.
import type { Client } from "@urql/core";
import type { Sending } from "../submit/copy-as.ts";
import { itemTexts } from "../submit/json-text.ts";
import { type Fault, faultOf } from "./fault.ts";
import { type FailurePoint, IngestBatchMutation, IngestMutation, type Result } from "./operations.ts";
import { rawText } from "./raw-text.ts";

export type Answered =
  | { readonly kind: "result"; readonly result: Result; readonly at: number }
  | { readonly kind: "batch"; readonly results: readonly Result[]; readonly at: number }
  | { readonly kind: "fault"; readonly fault: Fault; readonly failure: FailurePoint | null };

/** Sends an event, or an array of them as one batch. */
export const submit = async (client: Client, sending: Sending): Promise<Answered> => {
  const { text, isBatch, idempotencyKey, simulateFailure } = sending;
  if (isBatch) {
    // Any one item's failure is that of the whole request.
    const events = itemTexts(text).map((item, index) => ({
      event: rawText(item),
      simulateFailure: index === 0 ? simulateFailure : null,
    }));
    const { data, error } = await client.mutation(IngestBatchMutation, { input: { events } }).toPromise();
    if (data) return { kind: "batch", results: data.ingestEvents.results, at: Date.now() };
    return { kind: "fault", fault: faultOf(error), failure: simulateFailure };
  }
  const input = { event: rawText(text), idempotencyKey, simulateFailure };
  const { data, error } = await client.mutation(IngestMutation, { input }).toPromise();
  if (data) return { kind: "result", result: data.ingestEvent, at: Date.now() };
  return { kind: "fault", fault: faultOf(error), failure: simulateFailure };
};
