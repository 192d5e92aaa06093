import { expect, test } from "vitest";
import { startApp } from "../test/app.ts";
import { runFuzz } from "./run.ts";

test("twenty thousand hostile messages, over HTTP and WebSocket, meet no fault, and the books balance", async () => {
  const app = await startApp({ FAULT_INJECTION: "off" });
  const { sent, findings } = await runFuzz({ url: app.url, count: 20_000, seed: 4_711 });
  expect(findings).toEqual([]);
  expect(sent).toBe(20_000);
  await app.close();
}, 300_000);
