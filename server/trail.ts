// Who asked for what is being done: the id of a request, of an operation on a socket, or of a run of later work. It follows
// the work through everything that waits, and stands in each line of the log that is written meanwhile.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";

export interface Trail {
  readonly requestId: string;
  /** Where the work is traced. */
  readonly traceId?: string | undefined;
}

const trails = new AsyncLocalStorage<Trail | null>();

/** Does the work under this trail. */
export const follow = <T>(trail: Trail, work: () => T): T => trails.run(trail, work);

/** Does work that is nobody's alone. */
export const aside = <T>(work: () => T): T => trails.run(null, work);

export const currentTrail = (): Trail | null => trails.getStore() ?? null;

const SERVER = randomBytes(5).toString("hex");
let made = 0;

/** Unique among all servers, and short. */
export const newRequestId = (): string => {
  made += 1;
  return `${SERVER}-${made.toString(36)}`;
};
