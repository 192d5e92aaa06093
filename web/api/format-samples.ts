// The newest events of a client with the steps by which they were read: one request for the events, one for their steps.
import { type Client, gql, type TypedDocumentNode } from "@urql/core";
import type { Sample } from "../clients/formats.ts";
import { type Fault, faultOf } from "./fault.ts";
import { NewestIdsQuery } from "./profile-operations.ts";

/** More would take the server long for what one looks at in passing. */
export const MAX_SAMPLES = 100;

export type AskedSamples =
  | { readonly kind: "samples"; readonly samples: readonly Sample[] }
  | { readonly kind: "fault"; readonly fault: Fault };

export const askSamples = async (client: Client, of: string): Promise<AskedSamples> => {
  const newest = await client.query(NewestIdsQuery, { clients: [of], first: MAX_SAMPLES }).toPromise();
  if (!newest.data) return { kind: "fault", fault: faultOf(newest.error) };
  const ids = newest.data.events.edges.map(({ node }) => node.id);
  if (ids.length === 0) return { kind: "samples", samples: [] };
  const { data, error } = await client.query(samplesDocument(ids.length), variablesOf(ids)).toPromise();
  if (!data) return { kind: "fault", fault: faultOf(error) };
  const samples = Object.values(data).map(({ steps, event }) => ({ steps, warnings: event.warnings }));
  return { kind: "samples", samples };
};

type Explained = Readonly<
  Record<string, { readonly steps: Sample["steps"]; readonly event: Pick<Sample, "warnings"> }>
>;
type Ids = Readonly<Record<string, string>>;

const variablesOf = (ids: readonly string[]): Ids => Object.fromEntries(ids.map((id, index) => [`id${index}`, id]));

/** The API explains one event at a time: so many of them under a name each. */
const samplesDocument = (count: number): TypedDocumentNode<Explained, Ids> => {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const variables = numbers.map((index) => `$id${index}: ID!`).join(", ");
  const fields = numbers.map(
    (index) =>
      `e${index}: explainEvent(id: $id${index}) { steps { fact path rule after } event { warnings { code } } }`,
  );
  return gql(`query Samples(${variables}) { ${fields.join(" ")} }`);
};
