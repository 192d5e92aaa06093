// What becomes a span, and what it says. No span holds what was sent: of events it has their number, of addresses the host.
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { getOperationAST } from "graphql";
import type { Prepared } from "../domain/event.ts";
import type { Operations } from "../graphql/operations.ts";
import type { Appended } from "../storage/storage.ts";
import type { Tracing } from "./tracing.ts";

/** Answers a request over HTTP; resolves when it has. Never rejects. */
export type Answer = (request: IncomingMessage, response: ServerResponse, route: string) => Promise<void>;

interface Asked {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: Link[];
  /** Below what it is; below what is running, where it is left out. */
  readonly parent?: Context;
}

const MAX_NAME_LENGTH = 64;

export const createSpans = (tracer: Tracer): Omit<Tracing, "close"> => {
  /** Does the work in a span of its own, which ends with it. */
  const inSpan = async <T>(
    { name, parent = context.active(), ...options }: Asked,
    work: (span: Span) => Promise<T>,
  ): Promise<T> => {
    const span = tracer.startSpan(name, options, parent);
    try {
      return await context.with(trace.setSpan(parent, span), work, undefined, span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) });
      throw error;
    } finally {
      span.end();
    }
  };

  const requests: Tracing["requests"] = (answer) => (request, response, route) =>
    inSpan(
      {
        name: `${request.method} ${route}`,
        kind: SpanKind.SERVER,
        attributes: { "http.request.method": request.method ?? "", "http.route": route },
        parent: propagation.extract(context.active(), request.headers),
      },
      async (span) => {
        await answer(request, response, route);
        span.setAttribute("http.response.status_code", response.statusCode);
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      },
    );

  const traced =
    (execute: Operations["executeAsText"]): Operations["executeAsText"] =>
    (args) => {
      const operation = getOperationAST(args.document, args.operationName);
      const [type, own] = [operation?.operation ?? "query", operation?.name?.value.slice(0, MAX_NAME_LENGTH)];
      const attributes = { "graphql.operation.type": type, ...(own && { "graphql.operation.name": own }) };
      return inSpan({ name: own === undefined ? type : `${type} ${own}`, attributes }, async (span) => {
        const result = await execute(args);
        const codes = result.errors?.map(({ extensions }) => String(extensions.code)) ?? [];
        if (codes.length > 0) span.setStatus({ code: SpanStatusCode.ERROR, message: [...new Set(codes)].join(", ") });
        return result;
      });
    };

  const operations: Tracing["operations"] = (plain) => ({
    ...plain,
    execute: traced(plain.execute),
    executeAsText: traced(plain.executeAsText),
  });

  const ingest: Tracing["ingest"] = (plain) => ({
    ...plain,
    ingest: (events, options) =>
      inSpan({ name: "ingest", attributes: { "surecount.events": events.length } }, () =>
        plain.ingest(events, options),
      ),
  });

  const { commits, groups } = createGroups(inSpan);
  let lockSeconds: number | null = null;

  const transactions: Tracing["transactions"] = (storage) => {
    const system = storage.backend === "SQLITE" ? "sqlite" : "postgresql";
    const asked = (items: number): Asked => ({
      ...{ name: "transaction", kind: SpanKind.CLIENT },
      attributes: { "db.system.name": system, "surecount.items": items },
    });
    return {
      ...storage,
      append: (events, options) =>
        inSpan(asked(events.length), async (span) => {
          lockSeconds = null;
          const appended = await storage.append(events, options);
          if (lockSeconds !== null) span.setAttribute("surecount.lock_wait_seconds", lockSeconds);
          return appended;
        }),
      perform: (acts) => inSpan(asked(acts.length), () => storage.perform(acts)),
    };
  };

  const runs: Tracing["runs"] = (around) => (claim, work) => {
    const { kind, item, attempt } = claim;
    const attributes = { "surecount.work.kind": kind, "surecount.work.item": item, "surecount.work.attempt": attempt };
    return inSpan({ name: `run ${kind}`, kind: SpanKind.CONSUMER, attributes }, () => around(claim, work));
  };

  const sending: Tracing["sending"] = (send) => (post, signal) =>
    inSpan(
      {
        ...{ name: "send webhook", kind: SpanKind.CLIENT },
        attributes: { "http.request.method": "POST", "server.address": hostOf(post.url) },
      },
      async (span) => {
        const headers: Record<string, string> = { ...post.headers };
        propagation.inject(context.active(), headers);
        const answer = await send({ ...post, headers }, signal);
        if (answer.status !== null) span.setAttribute("http.response.status_code", answer.status);
        if (answer.result !== "DELIVERED") span.setStatus({ code: SpanStatusCode.ERROR, message: answer.result });
        return answer;
      },
    );

  return {
    ...{ requests, operations, ingest, commits, groups, transactions, runs, sending },
    within: (headers, work) => context.with(propagation.extract(context.active(), headers), work),
    noteLock: (seconds) => {
      lockSeconds = seconds;
    },
    traceId: () => trace.getActiveSpan()?.spanContext().traceId,
  };
};

/** A commit that waits for its group. */
interface Waiting {
  readonly span: Span;
  readonly context: Context;
}

/**
 * The commits of many callers that become one group. They are found again by the events, which pass through the committer
 * as they are.
 */
const createGroups = (inSpan: <T>(asked: Asked, work: (span: Span) => Promise<T>) => Promise<T>) => {
  const waiting = new WeakMap<Prepared, Waiting>();

  const commits: Tracing["commits"] = (commit) => (events, options) =>
    inSpan({ name: "commit", attributes: { "surecount.events": events.length } }, (span) => {
      const one = { span, context: context.active() };
      for (const event of events) waiting.set(event, one);
      return commit(events, options);
    });

  const groups: Tracing["groups"] = (append) => (events, options) => {
    const [first, ...others] = new Set(events.flatMap((event) => waiting.get(event) ?? []));
    const asked: Asked = {
      name: "group",
      attributes: { "surecount.events": events.length, "surecount.callers": others.length + 1 },
      links: others.map(({ span }) => ({ context: span.spanContext() })),
      ...(first && { parent: first.context }),
    };
    return inSpan(asked, async (group): Promise<Appended> => {
      for (const { span } of others) span.addLink({ context: group.spanContext() });
      return append(events, options);
    });
  };
  return { commits, groups };
};

const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
};

/** An address can hold a secret. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");
