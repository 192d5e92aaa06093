// The newest events of a client with the steps by which they were read: one request for the events, and one for the steps
// of each ten. The document of those is always the same, so a server that answers a list of operations knows it.
import type { Client } from "@urql/core";
import type { Sample } from "../clients/formats.ts";
import { type Fault, faultOf } from "./fault.ts";
import { NewestIdsQuery, SamplesQuery } from "./profile-operations.ts";

/** More would take the server long for what one looks at in passing. */
const MAX_SAMPLES = 100;
const SAMPLES_A_REQUEST = 10;

export type AskedSamples =
  | { readonly kind: "samples"; readonly samples: readonly Sample[] }
  | { readonly kind: "fault"; readonly fault: Fault };

export const askSamples = async (client: Client, of: string): Promise<AskedSamples> => {
  const newest = await client.query(NewestIdsQuery, { clients: [of], first: MAX_SAMPLES }).toPromise();
  if (!newest.data) return { kind: "fault", fault: faultOf(newest.error) };
  const ids = newest.data.events.edges.map(({ node }) => node.id);
  const starts = Array.from(
    { length: Math.ceil(ids.length / SAMPLES_A_REQUEST) },
    (_, part) => part * SAMPLES_A_REQUEST,
  );
  const parts = await Promise.all(starts.map((start) => askPart(client, ids.slice(start, start + SAMPLES_A_REQUEST))));
  const broken = parts.find((part) => part.kind === "fault");
  return broken ?? { kind: "samples", samples: parts.flatMap((part) => (part.kind === "samples" ? part.samples : [])) };
};

/** Of one to ten events. The document has ten places: those that are left over hold the first event once more. */
const askPart = async (client: Client, ids: readonly string[]): Promise<AskedSamples> => {
  const idAt = (place: number): string => ids[place] ?? ids[0] ?? "";
  const { data, error } = await client
    .query(SamplesQuery, {
      ...{ id0: idAt(0), id1: idAt(1), id2: idAt(2), id3: idAt(3), id4: idAt(4) },
      ...{ id5: idAt(5), id6: idAt(6), id7: idAt(7), id8: idAt(8), id9: idAt(9) },
    })
    .toPromise();
  if (!data) return { kind: "fault", fault: faultOf(error) };
  const { e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 } = data;
  const explained = [e0, e1, e2, e3, e4, e5, e6, e7, e8, e9].slice(0, ids.length);
  return {
    kind: "samples",
    samples: explained.map(({ steps, event }) => ({ steps, warnings: event.warnings })),
  };
};
