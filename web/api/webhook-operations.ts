// The documents about webhooks: endpoints, what they are told, and what people do with them.
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "./graphql.ts";

const EndpointFields = graphql(`
  fragment EndpointFields on WebhookEndpoint {
    id name url kinds clients windowSeconds createdAt
    isEnabled disabledBecause disabledAt reason
    lag waiting failingSince nextAttemptAt formerSecretsUntil
    attempts(first: 20) { number at result status }
  }
`);

const DeliveryFields = graphql(`
  fragment DeliveryFields on WebhookDelivery {
    id messageId type code state count fromSeq toSeq fromAt toAt closesAt settledAt tries
    attempts(first: 1) { at result status error }
  }
`);

export const EndpointsQuery = graphql(`query WebhookEndpoints { webhookEndpoints { ...EndpointFields } }`, [
  EndpointFields,
]);

export const DeliveriesQuery = graphql(
  `
  query WebhookDeliveries($id: ID!, $filter: WebhookDeliveryFilter, $first: Int, $after: String, $last: Int, $before: String) {
    webhookEndpoint(id: $id) {
      deliveries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { node { ...DeliveryFields } }
      }
    }
  }
`,
  [DeliveryFields],
);

export const DeliveryQuery = graphql(`
  query WebhookDelivery($id: ID!) {
    webhookDelivery(id: $id) {
      id body
      attempts(first: 50) { number at durationMs result status error response }
    }
  }
`);

export const CreateEndpointMutation = graphql(`
  mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) { secret endpoint { id name } }
  }
`);

export const UpdateEndpointMutation = graphql(`
  mutation UpdateWebhookEndpoint($id: ID!, $input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(id: $id, input: $input) { id }
  }
`);

export const RotateSecretMutation = graphql(`
  mutation RotateWebhookSecret($id: ID!, $graceSeconds: Int) {
    rotateWebhookSecret(id: $id, graceSeconds: $graceSeconds) { secret endpoint { id name } }
  }
`);

export const EnableEndpointMutation = graphql(`
  mutation EnableWebhookEndpoint($id: ID!, $skipMissed: Boolean) {
    enableWebhookEndpoint(id: $id, skipMissed: $skipMissed) { id }
  }
`);

export const DisableEndpointMutation = graphql(`
  mutation DisableWebhookEndpoint($id: ID!, $reason: String) {
    disableWebhookEndpoint(id: $id, reason: $reason) { id }
  }
`);

export const DeleteEndpointMutation = graphql(`
  mutation DeleteWebhookEndpoint($id: ID!) { deleteWebhookEndpoint(id: $id) }
`);

export const TestEndpointMutation = graphql(`
  mutation TestWebhookEndpoint($id: ID!) {
    testWebhookEndpoint(id: $id) {
      id state attempts(first: 1) { durationMs result status error response }
    }
  }
`);

export const ReplayDeliveryMutation = graphql(`
  mutation ReplayWebhookDelivery($id: ID!) { replayWebhookDelivery(id: $id) { id state } }
`);

export const ReplayDeliveriesMutation = graphql(`
  mutation ReplayWebhookDeliveries($id: ID!, $filter: WebhookDeliveryFilter!) {
    replayWebhookDeliveries(id: $id, filter: $filter)
  }
`);

export const SkipDeliveryMutation = graphql(`
  mutation SkipWebhookDelivery($id: ID!) { skipWebhookDelivery(id: $id) { id state } }
`);

export type Endpoint = ResultOf<typeof EndpointFields>;
export type WebhookKind = Endpoint["kinds"][number];
export type EndpointInput = VariablesOf<typeof CreateEndpointMutation>["input"];
export type Delivery = ResultOf<typeof DeliveryFields>;
export type DeliveryState = Delivery["state"];
export type Attempt = NonNullable<ResultOf<typeof DeliveryQuery>["webhookDelivery"]>["attempts"][number];
export type Tested = NonNullable<ResultOf<typeof TestEndpointMutation>["testWebhookEndpoint"]>;
