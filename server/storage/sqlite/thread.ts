// A connection in a thread of its own, so that a slow disk, a checkpoint or a heavy question stops nothing else.
import type { Worker } from "node:worker_threads";
import { AppError, type AppErrorOptions, type ErrorCode } from "../../domain/error.ts";
import type { Log } from "../../log.ts";
import { keepThread, takeThread } from "./spare-threads.ts";

/** What a thread is started for, and the first that it is told. */
export interface Task {
  readonly role: "writer" | "reader";
  readonly file: string;
}

export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
  /** In milliseconds since 1970, by the clock that all threads share. */
  readonly postedAtMs: number;
}

/** What comes without having been asked for has the id 0. */
type Answer = { readonly id: number } & (
  | { readonly value: unknown; readonly lockedAfterMs: number | null }
  | { readonly error: PackedError }
);

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

/** What the connection in the thread can do. */
type Methods<M> = { readonly [Name in keyof M]: (...args: never[]) => unknown } & { close(): void };

export interface Thread<M extends Methods<M>> {
  /** Calls a method over there. Calls are answered in their order; a thread that has died is started anew. */
  call<Name extends keyof M & string>(name: Name, ...args: Parameters<M[Name]>): Promise<ReturnType<M[Name]>>;
  /** Closes its connection after all calls that were made. */
  close(): Promise<void>;
}

const ENDED =
  "The connection to the database broke. Whether this was written is not known: send the same request again.";
/** Room for what lives only as long as a call. V8 would take 134 MB in each thread, for no gain that can be measured. */
const YOUNG_GENERATION_MB = 24;

interface ThreadDeps {
  readonly log?: Pick<Log, "error"> | undefined;
  /** Called with every error of the thread, before the caller is told. */
  readonly onError?: (error: unknown) => void;
  /** Called with how long a group of events waited for the lock that lets it write. */
  readonly onLocked?: ((seconds: number) => void) | undefined;
  /** Called before it is started anew. @throws the error for the caller, where that must not be. */
  readonly onRestart?: () => void;
  /** Room for what lives only as long as a call, where it is to be less than usual. */
  readonly youngGenerationMb?: number;
}

/** Starts the thread. Where the database cannot be opened, the first calls are rejected with the reason. */
export const startThread = <M extends Methods<M>>(task: Task, deps: ThreadDeps = {}): Thread<M> => {
  const { log, onError, onRestart, onLocked, youngGenerationMb = YOUNG_GENERATION_MB } = deps;
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let hasAnswered = false;
  let isClosing = false;

  const settle = (answer: Answer): void => {
    hasAnswered = true;
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (!("error" in answer)) {
      if (answer.lockedAfterMs !== null) onLocked?.(answer.lockedAfterMs / 1_000);
      caller?.resolve(answer.value as never);
      return;
    }
    const error = unpackError(answer.error);
    onError?.(error);
    caller?.reject(error);
  };

  // A failing start is the caller's to tell: nothing was under way. Later, it may have been done or not; the callers'
  // retries find out.
  const fail = (ended: Worker, cause: unknown): void => {
    if (ended !== worker) return;
    worker = null;
    if (hasAnswered && !isClosing) log?.error({ err: cause, role: task.role }, "a thread of the database ended");
    const reason = hasAnswered ? new AppError("UNAVAILABLE", ENDED, { retryAfterMs: 1_000, cause }) : cause;
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  };

  const start = (): Worker => {
    const started = takeThread(youngGenerationMb);
    started.on("message", settle);
    started.on("error", (error) => fail(started, error));
    started.on("exit", (code) => fail(started, new Error(`The thread of the ${task.role} ended with code ${code}.`)));
    started.postMessage(task);
    return started;
  };

  let worker: Worker | null = start();

  const restart = (): Worker => {
    try {
      onRestart?.();
      return start();
    } catch (error) {
      onError?.(error);
      throw error;
    }
  };

  const post = async (name: string, args: readonly unknown[]): Promise<never> => {
    worker ??= restart();
    const call: Call = { id: ++lastId, name, args, postedAtMs: Date.now() };
    return new Promise((resolve, reject) => {
      worker?.postMessage(call);
      waiting.set(call.id, { resolve, reject });
    });
  };

  return {
    call: (name, ...args) => post(name, args),
    close: async () => {
      if (worker === null) return;
      const closing = worker;
      isClosing = true;
      await post("close", []);
      worker = null;
      keepThread(closing, youngGenerationMb);
    },
  };
};

/** A message between threads keeps the classes and fields of the language alone; what is ours travels as its parts. */
type PackedError =
  | {
      readonly kind: "refusal";
      readonly code: ErrorCode;
      readonly message: string;
      readonly options: AppErrorOptions;
      readonly cause: PackedError;
    }
  | { readonly kind: "fault"; readonly error: unknown; readonly code: unknown };

export const packError = (error: unknown): PackedError => {
  if (!(error instanceof AppError))
    return { kind: "fault", error, code: error instanceof Error && "code" in error ? error.code : undefined };
  const { code, message, retryAfterMs, details, cause } = error;
  const options = { details, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { kind: "refusal", code, message, options, cause: packError(cause) };
};

const unpackError = (packed: PackedError): unknown => {
  if (packed.kind === "refusal")
    return new AppError(packed.code, packed.message, { ...packed.options, cause: unpackError(packed.cause) });
  const { error, code } = packed;
  return error instanceof Error && code !== undefined ? Object.assign(error, { code }) : error;
};
