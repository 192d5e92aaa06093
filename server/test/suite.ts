// How the tests of the server run. Many wait for a process that they have started, so there is a worker more than there are
// processors; and what takes longest begins first, so that none of it is left alone in the end.
import { availableParallelism } from "node:os";
import { BaseSequencer, type TestSpecification, type TestUserConfig } from "vitest/node";

/** Vitest goes by the size of a file, which tells nothing of these: few lines, and minutes of work. */
const LONG = /\/drill\/|\/fuzz\/|\/contract\.test\.ts$|-on-postgres\.test\.ts$/;
const LIMIT_MS = 60_000;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { long = [], others = [] } = Object.groupBy(await super.sort(files), ({ moduleId }) =>
      LONG.test(moduleId) ? "long" : "others",
    );
    return [...long, ...others];
  }
}

const suite: TestUserConfig = {
  ...{ dir: "server", maxWorkers: availableParallelism() + 1, testTimeout: LIMIT_MS, hookTimeout: LIMIT_MS },
  // Node runs the sources here as it does in the server.
  experimental: { viteModuleRunner: false },
  sequence: { sequencer: LongestFirst },
};

export default { test: suite };
