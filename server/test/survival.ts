// What is expected of a server to which something happens: it refuses what it cannot do, says that it is not ready, and
// afterwards all is well without a restart.
import { expect } from "vitest";
import { sale, type TestApp } from "./app.ts";
import { startTraffic } from "./traffic.ts";

const INGEST = `mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome } }`;
/** Longer than any of the server's own limits. */
const timeout = 30_000;

type Answer = Awaited<ReturnType<TestApp["post"]>>;

export const sendOne = (app: TestApp): Promise<Answer> => app.post(INGEST, { input: { event: sale() } });

export const expectRefusal = ({ status, headers, body }: Answer): void => {
  expect([status, body.errors?.[0].extensions.code]).toEqual([503, "UNAVAILABLE"]);
  expect(headers.get("retry-after")).toMatch(/^\d+$/);
};

const readiness = async ({ url }: TestApp): Promise<number> => (await fetch(`${url}/readyz`)).status;

export const expectUnready = (app: TestApp): Promise<void> => expect.poll(() => readiness(app), { timeout }).toBe(503);

/** It says that it is not ready, and refuses events. */
export const expectRefusals = async (app: TestApp): Promise<void> => {
  await expectUnready(app);
  expectRefusal(await sendOne(app));
};

export const expectRecovery = async (app: TestApp): Promise<void> => {
  await expect.poll(() => readiness(app), { timeout }).toBe(200);
  await expect.poll(async () => (await sendOne(app)).status, { timeout }).toBe(200);
};

/** Runs the fault in the midst of traffic of a new client. */
export const survive = async (app: TestApp, client: string, fault: () => Promise<unknown>): Promise<void> => {
  const traffic = await startTraffic(app, client);
  try {
    await traffic.progress(20);
    await fault();
    await expectRecovery(app);
    await traffic.progress(20);
    await traffic.end();
  } catch (error) {
    traffic.abandon();
    throw error;
  }
};
