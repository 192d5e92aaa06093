// Whether events can be counted right now, and if not, why.
import { AppError } from "../domain/error.ts";

/** A disk that takes longer than this to answer cannot be called ready, and who asks shall not wait for it. */
const READINESS_LIMIT_MS = 1_000;

interface Writable {
  checkWritable(): Promise<void>;
}

/** None where everything is as it should be. */
export const reasonsNotToWrite = async (storage: Writable): Promise<readonly string[]> => {
  const { promise: tooLate, resolve } = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(resolve, READINESS_LIMIT_MS, ["The database has not answered for a second."]);
  const answered = storage.checkWritable().then(
    () => [],
    (error: unknown) => [error instanceof AppError ? error.message : "The database cannot be written."],
  );
  const reasons = await Promise.race([answered, tooLate]);
  clearTimeout(timer);
  return reasons;
};
