import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { exportersOf, startTracing, untraced } from "./tracing.ts";

const warned: object[] = [];
const log = { warn: (fields: object) => void warned.push(fields), info: () => {} } as never;

test.each([
  [{}, []],
  [{ OTEL_SERVICE_NAME: "till" }, []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, ["otlp"]],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }, ["otlp"]],
  [{ OTEL_TRACES_EXPORTER: "console" }, ["console"]],
  [{ OTEL_TRACES_EXPORTER: "otlp, console" }, ["otlp", "console"]],
  [{ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, []],
  [{ OTEL_TRACES_EXPORTER: "otlp", OTEL_SDK_DISABLED: "true" }, []],
])("with %o spans go to %o", (environment, exporters) => {
  expect(exportersOf(environment, log)).toEqual(exporters);
});

test("an exporter that is not known is told of, and left out", () => {
  expect(exportersOf({ OTEL_TRACES_EXPORTER: "zipkin" }, log)).toEqual([]);
  expect(warned).toEqual([{ exporter: "zipkin" }]);
});

test("where nobody asks for traces nothing is wrapped, and nothing of OpenTelemetry is loaded", async () => {
  const tracing = await startTracing({}, log);
  const plain = async () => {};
  expect([tracing, tracing.requests(plain)]).toEqual([untraced, plain]);
  const script = `await import("./server/app.ts");
    const { startTracing } = await import("./server/trace/tracing.ts");
    await startTracing({}, console);
    const { default: Module } = await import("node:module");
    console.log(Object.keys(Module._cache).filter((path) => /opentelemetry.(sdk|exporter|resources)/.test(path)).length);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout).toBe("0\n");
});
