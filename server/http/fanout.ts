// Subscriptions over WebSocket: each pulls events from a source of its own, as fast as its socket takes them, but the
// answer to an event is worked out and serialised once for all who select the same.
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  type GraphQLError,
  validateSubscriptionArgs,
} from "graphql";
import type { WebSocket } from "ws";
import type { RequestContext } from "../graphql/context.ts";
import { createMemory } from "../memory.ts";
import type { Slices } from "../slices.ts";
import { type Outlet, outletOf } from "./outlet.ts";
import { selectionKey } from "./selection.ts";

const MAX_REMEMBERED_BYTES = 32_000_000;

interface FanoutDeps {
  readonly maskError: (error: unknown) => GraphQLError;
  /** The result as clients may see it. */
  readonly formatResult: (result: ExecutionResult) => object;
  readonly inSlices: Slices;
}

/** A subscription of graphql-ws and the socket that it came by. */
export interface Subscriber {
  readonly id: string;
  readonly socket: WebSocket;
}

export interface Fanout {
  /**
   * Subscribes and writes each answer to the socket, waiting while the socket does not take them. The stream given
   * back has no results but the error that ended the source; it ends with the source, and the source with it.
   */
  subscribe(
    args: ExecutionArgs,
    subscriber: Subscriber,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
}

export const createFanout = ({ maskError, formatResult, inSlices }: FanoutDeps): Fanout => {
  const { recall } = createMemory<Payload>({
    maxSize: MAX_REMEMBERED_BYTES,
    // A passing fault must not be given to those who come when it has passed.
    sizeOf: ({ bytes, isWhole }) => (isWhole ? bytes.length : null),
  });
  const idOf = createIds();

  const subscribe: Fanout["subscribe"] = async (args, { id, socket }) => {
    const validated = validateSubscriptionArgs(args);
    if (!("schema" in validated)) return { errors: validated };
    const key = selectionKey(args, boundTo(args));
    const events = await createSourceEventStream(validated);
    if (!(Symbol.asyncIterator in events)) return events;

    const serialise = (result: ExecutionResult): Payload => ({
      bytes: Buffer.from(`"type":"next","payload":${JSON.stringify(formatResult(result))}}`),
      isWhole: result.errors === undefined,
    });
    // Without waiting where there is nothing to wait for: a thousand results would wait as objects, in 2 GB.
    const answer = async (event: unknown): Promise<Payload> =>
      inSlices(() => {
        const result = executeSubscriptionEvent({ ...validated, rootValue: event });
        return isPromise(result) ? result.then(serialise) : serialise(result);
      });
    return deliver({
      source: events[Symbol.asyncIterator](),
      payloadOf: (event) => (isObject(event) ? recall(`${idOf(event)} ${key}`, () => answer(event)) : answer(event)),
      id,
      send: outletOf(socket),
      inSlices,
      maskError,
    });
  };

  return {
    // A refusal thrown on would close the socket for all its subscriptions, too.
    subscribe: (args, subscriber) =>
      subscribe(args, subscriber).catch((error: unknown) => ({ errors: [maskError(error)] })),
  };
};

const boundTo = ({ contextValue }: ExecutionArgs): readonly string[] | null =>
  (contextValue as Partial<Pick<RequestContext, "principal">> | undefined)?.principal?.clients ?? null;

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> => isObject(value) && "then" in value;

const isObject = (event: unknown): event is object => typeof event === "object" && event !== null;

/** The part of a message that is common to all who get it. */
interface Payload {
  readonly bytes: Buffer;
  /** False where part of it could not be had. */
  readonly isWhole: boolean;
}

interface Delivery {
  readonly source: AsyncIterator<unknown>;
  readonly payloadOf: (event: unknown) => Promise<Payload>;
  readonly id: string;
  readonly send: Outlet;
  readonly inSlices: Slices;
  readonly maskError: (error: unknown) => GraphQLError;
}

const deliver = (delivery: Delivery): AsyncIterableIterator<ExecutionResult> => {
  const { source, payloadOf, id, send, inSlices, maskError } = delivery;
  const head = Buffer.from(`{"id":${JSON.stringify(id)},`);
  let isOver = false;
  const isWanted = (): boolean => !isOver;
  const end = async (): Promise<IteratorResult<ExecutionResult>> => {
    isOver = true;
    await source.return?.();
    return { done: true, value: undefined };
  };
  const deliverAll = async (): Promise<void> => {
    for (let event = await source.next(); !event.done; event = await source.next()) {
      const { bytes: payload } = await payloadOf(event.value);
      if (!(await inSlices(() => send({ head, payload, isWanted })))) return;
    }
  };
  const stream: AsyncIterableIterator<ExecutionResult> = {
    next: async () => {
      if (isOver) return { done: true, value: undefined };
      try {
        await deliverAll();
        return await end();
      } catch (error) {
        // Told as a result: thrown on, it would close the socket for all its subscriptions.
        await end();
        return { done: false, value: { errors: [maskError(error)] } };
      }
    },
    return: end,
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
};

/** Gives numbers to objects. */
const createIds = (): ((object: object) => number) => {
  const ids = new WeakMap<object, number>();
  let count = 0;
  return (object) => {
    const id = ids.get(object) ?? ++count;
    ids.set(object, id);
    return id;
  };
};
