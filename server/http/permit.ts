// Who may use what is no GraphQL.
import type { IncomingMessage } from "node:http";
import type { Auth } from "../auth/authenticate.ts";
import { AppError } from "../domain/error.ts";
import { hasScope, type Principal, type Scope } from "../domain/principal.ts";
import { tokenOf } from "./credentials.ts";

interface Entrance {
  readonly auth: Pick<Auth, "authenticate">;
  readonly request: IncomingMessage;
  readonly scope: Scope;
  /** Whether a token will do that is bound to some clients: then only what is theirs may be told. */
  readonly isForBound?: boolean;
}

/** Who asks. @throws AppError UNAUTHENTICATED, or FORBIDDEN where they may not. */
export const permit = async ({ auth, request, scope, isForBound = false }: Entrance): Promise<Principal> => {
  const principal = await auth.authenticate(tokenOf(request.headers));
  if (!hasScope(principal, scope))
    throw new AppError("FORBIDDEN", `This needs the scope ${scope}, which your token does not have.`, {
      details: { scope },
    });
  if (!isForBound && principal.clients !== null)
    throw new AppError("FORBIDDEN", "This is about all clients, and your token is bound to some.");
  return principal;
};
