// The documents about tokens, and about who asks.
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "./graphql.ts";

export const ViewerQuery = graphql(`query Viewer { viewer { auth token name scopes clients } }`);

const TokenFields = graphql(`
  fragment TokenFields on Token {
    id name scopes clients state createdAt createdBy expiresAt lastUsedAt rotatedAt previousSecretUntil
    revokedAt revokedBy
  }
`);

export const TokensQuery = graphql(
  `
  query Tokens($first: Int!, $after: String) {
    tokens(first: $first, after: $after) { edges { node { ...TokenFields } } pageInfo { hasNextPage endCursor } }
  }
`,
  [TokenFields],
);

export const CreateTokenMutation = graphql(`
  mutation CreateToken($input: CreateTokenInput!) { createToken(input: $input) { text token { id name } } }
`);

export const RotateTokenMutation = graphql(`
  mutation RotateToken($id: ID!, $graceSeconds: Int!) {
    rotateToken(id: $id, graceSeconds: $graceSeconds) { text token { id name previousSecretUntil } }
  }
`);

export const RevokeTokenMutation = graphql(`mutation RevokeToken($id: ID!) { revokeToken(id: $id) { id } }`);

export type Viewer = ResultOf<typeof ViewerQuery>["viewer"];
export type Token = ResultOf<typeof TokenFields>;
export type Scope = Token["scopes"][number];
export type TokenWish = VariablesOf<typeof CreateTokenMutation>["input"];
