// Each run of later work has an id in the log, is measured, and is traced where anything is.
import { follow, newRequestId } from "../trail.ts";
import type { Metrics } from "./metrics.ts";

/** As workers know it. */
type Around<Claim> = <T>(claim: Claim, work: () => Promise<T>) => Promise<T>;

interface Claimed {
  readonly kind: string;
}

interface Tracer<Claim> {
  runs(around: Around<Claim>): Around<Claim>;
  traceId(): string | undefined;
}

export const aroundRuns = <Claim extends Claimed>(
  { observeRun }: Pick<Metrics, "observeRun">,
  { runs, traceId }: Tracer<Claim>,
): Around<Claim> => {
  const measured = async <T>({ kind }: Claim, work: () => Promise<T>): Promise<T> => {
    const beganAtMs = performance.now();
    const tell = (result: "done" | "failed"): void =>
      observeRun({ kind, result, seconds: (performance.now() - beganAtMs) / 1_000 });
    try {
      const done = await work();
      tell("done");
      return done;
    } catch (error) {
      tell("failed");
      throw error;
    }
  };
  return runs((claim, work) => follow({ requestId: newRequestId(), traceId: traceId() }, () => measured(claim, work)));
};
