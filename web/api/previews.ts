// What the server would make of events that are still being typed.
import type { Client } from "@urql/core";
import { type Accessor, createResource } from "solid-js";
import { createDebounced } from "./debounce.ts";
import { type Fault, faultOf } from "./fault.ts";
import { type Preview, PreviewQuery } from "./operations.ts";
import { rawText } from "./raw-text.ts";

const DEBOUNCE_MS = 250;
/** Of a batch only so many are previewed: each is a request. */
const MAX_PREVIEWS = 8;

export interface Draft {
  /** The JSON text of each. */
  readonly events: readonly string[];
  readonly idempotencyKey: string | null;
  /** Grows with each answer: what was new is then a duplicate. */
  readonly revision: number;
}

type Asked =
  | { readonly kind: "previews"; readonly previews: readonly Preview[] }
  | { readonly kind: "fault"; readonly fault: Fault };

export interface Previews {
  /** One for each event of the draft, up to a limit; those of the last draft while the next is asked for. */
  readonly previews: Accessor<readonly Preview[]>;
  readonly fault: Accessor<Fault | undefined>;
  readonly isAsking: Accessor<boolean>;
}

/** Asks whenever the draft has stood still for a moment; a draft of null is not asked for. */
export const createPreviews = ({ client, draft }: { client: Client; draft: Accessor<Draft | null> }): Previews => {
  const [asked] = createResource(createDebounced(draft, DEBOUNCE_MS), (draft) => askPreviews(client, draft));
  return {
    previews: () => {
      const answer = asked.latest;
      return answer?.kind === "previews" ? answer.previews : [];
    },
    fault: () => {
      const answer = asked.latest;
      return answer?.kind === "fault" ? answer.fault : undefined;
    },
    isAsking: () => asked.loading,
  };
};

const askPreviews = async (client: Client, { events, idempotencyKey }: Draft): Promise<Asked> => {
  const asking = events
    .slice(0, MAX_PREVIEWS)
    .map((event) => client.query(PreviewQuery, { event: rawText(event), idempotencyKey }).toPromise());
  const previews: Preview[] = [];
  for (const { data, error } of await Promise.all(asking)) {
    if (!data) return { kind: "fault", fault: faultOf(error) };
    previews.push(data.previewEvent);
  }
  return { kind: "previews", previews };
};
