// The id of a request: that which its sender, or a proxy before the server, has given it, where it can stand in a log as it
// is; else that of the trace it belongs to; else a new one.
import type { IncomingMessage } from "node:http";
import { newRequestId } from "../trail.ts";

const GIVEN = /^[\w.:/+=-]{1,128}$/;
/** As W3C has it; zeros alone are no trace. */
const TRACE_PARENT = /^00-((?!0{32})[\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

export const requestIdOf = ({ headers }: Pick<IncomingMessage, "headers">): string => {
  const { "x-request-id": given, traceparent } = headers;
  if (typeof given === "string" && GIVEN.test(given)) return given;
  const [, traceId] = TRACE_PARENT.exec(typeof traceparent === "string" ? traceparent : "") ?? [];
  return traceId ?? newRequestId();
};
