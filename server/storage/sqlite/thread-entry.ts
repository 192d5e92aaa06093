// What runs in a thread of its own: one connection, which answers calls in the order in which they come.
import { parentPort, workerData } from "node:worker_threads";
import { toAppError } from "./database.ts";
import { openReader } from "./reader.ts";
import { type Call, packError, type Task } from "./thread.ts";
import { openWriter } from "./writer.ts";

const { role, file } = workerData as Task;
const connection = role === "writer" ? openWriter(file) : openReader(file);
const methods = connection as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

parentPort?.on("message", ({ id, name, args }: Call) => {
  try {
    parentPort?.postMessage({ id, value: methods[name]?.(...args) });
  } catch (error) {
    parentPort?.postMessage({ id, error: packError(toAppError(error)) });
  }
  if (name === "close") parentPort?.close();
});
