// Who looks at the dashboard, and what they may do. Where that cannot be known the server decides, as it does anyway.
import type { Client } from "@urql/core";
import { type Accessor, createContext, createSignal, useContext } from "solid-js";
import { type Scope, type Viewer, ViewerQuery } from "./token-operations.ts";

/** `unknown`: the server cannot be asked, and the rooms say so. */
export type Standing =
  | { readonly kind: "asking" }
  | { readonly kind: "refused" }
  | { readonly kind: "unknown" }
  | { readonly kind: "known"; readonly viewer: Viewer };

export interface Session {
  readonly standing: Accessor<Standing>;
  /** Asks who is looking. */
  ask(): Promise<void>;
  /** Called when the server has refused an answer for want of a token. */
  refuse(): void;
  /** Lets nothing be refused meanwhile: the first token shuts out the page that makes it, until it has signed in. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Gives why it failed; null where it did not. */
  signIn(token: string): Promise<string | null>;
  signOut(): Promise<void>;
}

export const createSession = (client: () => Client): Session => {
  const [standing, setStanding] = createSignal<Standing>({ kind: "asking" });
  let isHeld = false;
  const ask = async (): Promise<void> => {
    const { data, error } = await client().query(ViewerQuery, {}).toPromise();
    if (data) setStanding({ kind: "known", viewer: data.viewer });
    else if (error?.graphQLErrors[0]?.extensions.code === "UNAUTHENTICATED") setStanding({ kind: "refused" });
    else setStanding({ kind: "unknown" });
  };
  return {
    standing,
    ask,
    refuse: () => {
      if (!isHeld) setStanding({ kind: "refused" });
    },
    hold: async (work) => {
      isHeld = true;
      try {
        return await work();
      } finally {
        isHeld = false;
      }
    },
    signIn: async (token) => {
      try {
        const answer = await fetch("/session", { method: "POST", body: JSON.stringify({ token }) });
        if (!answer.ok) return messageOf(await answer.json());
      } catch {
        return "The server cannot be reached.";
      }
      await ask();
      return null;
    },
    signOut: async () => {
      await fetch("/session", { method: "DELETE" }).catch(() => undefined);
      await ask();
    },
  };
};

const messageOf = (answer: unknown): string => {
  const { errors } = answer as { readonly errors?: readonly { readonly message?: string }[] };
  return errors?.[0]?.message ?? "The server refused the token.";
};

const SessionContext = createContext<Session>();
export const SessionProvider = SessionContext.Provider;

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider above it.");
  return session;
};

/** What a room or a button asks of whoever uses it. */
export interface Need {
  readonly scope: Scope;
  /** Whether it is about all clients together. */
  readonly isOverall?: boolean;
}

/** Why the viewer may not do it; undefined where they may. */
export const whyNot = (standing: Standing, { scope, isOverall }: Need): string | undefined => {
  if (standing.kind !== "known") return undefined;
  const { scopes, clients } = standing.viewer;
  if (!scopes.includes(scope)) return `This needs the scope ${scope.toLowerCase()}, which your token does not have.`;
  if (isOverall && clients !== null)
    return `This is about all clients, and your token is bound to ${clients.join(", ")}.`;
  return undefined;
};

/** Whether the server asks for a token, so that whoever sends from elsewhere needs one. */
export const useWantsToken = (): Accessor<boolean> => {
  const { standing } = useSession();
  return () => {
    const known = standing();
    return known.kind === "known" && known.viewer.auth === "REQUIRED";
  };
};

/** What is done to what others have sent. */
export const operating: Need = { scope: "OPERATE" };

/** The same for the viewer of this page. */
export const useWhyNot = (need: Need): Accessor<string | undefined> => {
  const { standing } = useSession();
  return () => whyNot(standing(), need);
};
