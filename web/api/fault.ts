// What went wrong with a request, in words for the person in front of it. Outcomes of events are not faults.
import type { CombinedError } from "@urql/core";

export interface Fault {
  /** `extensions.code` of the API, or `UNREACHABLE`. */
  readonly code: string;
  readonly title: string;
  readonly message: string;
  /** Each thing that is wrong with what was sent, where the API tells them apart. */
  readonly problems: readonly string[];
}

const titles: Readonly<Record<string, string>> = {
  BAD_USER_INPUT: "The server could not read the request",
  UNAUTHENTICATED: "The server wants to know who you are",
  FORBIDDEN: "Not allowed here",
  RATE_LIMITED: "Too many requests",
  PAYLOAD_TOO_LARGE: "Too large for one request",
  UNAVAILABLE: "The server is busy; nothing was written",
  SIMULATED_FAILURE: "The server failed, as you asked",
  UNREACHABLE: "The server cannot be reached",
};

/** The first error of a request that gave no data, named. */
export const faultOf = (error: CombinedError | undefined): Fault => {
  if (!error) return { code: "INTERNAL", title: "The server failed", message: "It gave no answer.", problems: [] };
  const first = error.graphQLErrors[0];
  const code = first ? String(first.extensions.code ?? "INTERNAL") : "UNREACHABLE";
  const message = first?.message ?? error.networkError?.message ?? error.message;
  const problems = first?.extensions.problems;
  return {
    ...{ code, title: titles[code] ?? "The server failed", message },
    problems: Array.isArray(problems) ? problems.map(String) : [],
  };
};

/** Whether the end of a subscription means that the server does not know the cursor: another database, say. */
export const isCursorRefused = (cause: unknown): boolean =>
  Array.isArray(cause) && cause.some((error) => error?.extensions?.code === "BAD_USER_INPUT");
