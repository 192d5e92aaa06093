// The documents about clients: their figures, their profiles, and what reading their events again would change.
import type { ResultOf, VariablesOf } from "gql.tada";
import { type FailureFilter, ForecastFields } from "./failure-operations.ts";
import { graphql } from "./graphql.ts";
import { JobFields } from "./job-operations.ts";

const ProfileFields = graphql(`
  fragment ProfileFields on ClientProfile {
    client version at by
    aliases { client metric amount unit timestamp }
    decimalSeparator dateOrder timeZone allowZero allowNegative identity lateLimitSeconds futureLimitSeconds
    rateLimitPerMinute
  }
`);

export const ClientsQuery = graphql(`
  query Clients($first: Int!) {
    stats { clients(first: $first) { client received accepted duplicates conflicts rejected lastSeenAt } }
    clientProfiles(first: 500) { edges { node { client version } } }
  }
`);

export const ProfileQuery = graphql(
  `
  query Profile($client: String!, $open: FailedEventFilter!) {
    clientProfile(client: $client) {
      ...ProfileFields
      history { version at by profile { ...ProfileFields } }
    }
    failedEvents(first: 0, filter: $open) { totalCount }
  }
`,
  [ProfileFields],
);

/** What comes from a client and what goes wrong with it. */
export const ClientSummaryQuery = graphql(`
  query ClientSummary($client: String!, $unresolved: FailedEventFilter!, $first: Int!) {
    stats(client: $client) {
      received accepted duplicates conflicts rejected throughput
      clients(first: 1) { lastSeenAt }
    }
    failureGroups(filter: $unresolved, first: $first) { code path client count lastSeenAt trend }
    failedEvents(first: 0, filter: $unresolved) { totalCount }
  }
`);

export const NewestIdsQuery = graphql(`
  query NewestIds($clients: [String!]!, $first: Int!) {
    events(first: $first, filter: { clients: $clients }) { edges { node { id } } }
  }
`);

const SampleFields = graphql(`
  fragment SampleFields on EventExplanation { steps { fact path rule before after } event { warnings { code } } }
`);

/** How ten events were read: the API explains one at a time. */
export const SamplesQuery = graphql(
  `
  query Samples(
    $id0: ID!, $id1: ID!, $id2: ID!, $id3: ID!, $id4: ID!, $id5: ID!, $id6: ID!, $id7: ID!, $id8: ID!, $id9: ID!
  ) {
    e0: explainEvent(id: $id0) { ...SampleFields }
    e1: explainEvent(id: $id1) { ...SampleFields }
    e2: explainEvent(id: $id2) { ...SampleFields }
    e3: explainEvent(id: $id3) { ...SampleFields }
    e4: explainEvent(id: $id4) { ...SampleFields }
    e5: explainEvent(id: $id5) { ...SampleFields }
    e6: explainEvent(id: $id6) { ...SampleFields }
    e7: explainEvent(id: $id7) { ...SampleFields }
    e8: explainEvent(id: $id8) { ...SampleFields }
    e9: explainEvent(id: $id9) { ...SampleFields }
  }
`,
  [SampleFields],
);

export const PreviewProfileQuery = graphql(
  `
  query PreviewProfile($client: String!, $profile: ClientProfileInput) {
    previewClientProfile(client: $client, profile: $profile) { ...ForecastFields }
  }
`,
  [ForecastFields],
);

export const SetProfileMutation = graphql(
  `
  mutation SetProfile($client: String!, $profile: ClientProfileInput!, $reprocess: Boolean!, $ifVersion: Int) {
    setClientProfile(client: $client, profile: $profile, reprocess: $reprocess, ifVersion: $ifVersion) {
      openFailures
      profile { version }
      job { ...JobFields }
    }
  }
`,
  [JobFields],
);

export const DeleteProfileMutation = graphql(`
  mutation DeleteProfile($client: String!, $ifVersion: Int) {
    deleteClientProfile(client: $client, ifVersion: $ifVersion) { openFailures profile { version } }
  }
`);

export const PreviewReprocessQuery = graphql(`
  query PreviewReprocess($filter: EventFilter!) {
    previewReprocess(filter: $filter) {
      looked isComplete unchanged changed merged unreadable gone
      series { client metric unit eventsBefore eventsAfter sumBefore sumAfter }
      samples {
        kind metric unit amount timestamp
        event { id seq metric unit amount timestamp }
        sameAs { id seq }
        problems { code path message }
      }
    }
  }
`);

export const ReprocessMutation = graphql(
  `mutation Reprocess($filter: EventFilter!) { applyReprocess(filter: $filter) { ...JobFields } }`,
  [JobFields],
);

/** Which failed events a new profile may heal. */
export const openFailuresOf = (client: string): FailureFilter => ({ clients: [client], states: ["OPEN"] });

/** Which failed events of a client still wait for somebody. */
export const unresolvedOf = (client: string): FailureFilter => ({
  clients: [client],
  states: ["OPEN", "SCHEDULED", "DEAD"],
});

export type ClientFigures = ResultOf<typeof ClientsQuery>["stats"]["clients"][number];
export type Profile = ResultOf<typeof ProfileFields>;
export type ProfileVersion = NonNullable<ResultOf<typeof ProfileQuery>["clientProfile"]>["history"][number];
export type ProfileInput = VariablesOf<typeof SetProfileMutation>["profile"];
export type ReprocessPreview = ResultOf<typeof PreviewReprocessQuery>["previewReprocess"];
