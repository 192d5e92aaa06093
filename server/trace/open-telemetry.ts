// OpenTelemetry itself, loaded only where spans are asked for. The sampler, limits, batches and the collector's address,
// headers and time-outs are read from the standard variables by its own packages.
import { context, DiagLogLevel, diag, propagation, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import type { Log } from "../log.ts";
import { versions } from "../watch/system.ts";
import { createSpans } from "./spans.ts";
import type { Environment, Exporter, Tracing } from "./tracing.ts";

/** A server that ends waits no longer for a collector. */
const CLOSE_LIMIT_MS = 1_500;
/** A collector that is away would else be told of with each batch. */
const WARN_EVERY_MS = 60_000;

export const startOpenTelemetry = (
  exporters: readonly Exporter[],
  environment: Environment,
  log: Pick<Log, "warn" | "info">,
): Tracing => {
  diag.setLogger(createDiagLog(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const protocol = environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (exporters.includes("otlp") && protocol !== undefined && protocol !== "http/json")
    log.warn({ protocol }, "spans are sent as http/json, which collectors take at the same port as http/protobuf");
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ "service.name": "surecount", "service.version": versions.version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: exporters.map(processorOf),
  });
  provider.register();
  log.info({ exporters }, "traces are sent");
  return {
    ...createSpans(provider.getTracer("surecount", versions.version)),
    close: async () => {
      const { promise: tooLate, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), tooLate]);
      clearTimeout(timer);
      for (const api of [trace, context, propagation, diag]) api.disable();
    },
  };
};

const processorOf = (exporter: Exporter): SpanProcessor =>
  exporter === "console"
    ? new SimpleSpanProcessor(new ConsoleSpanExporter())
    : new BatchSpanProcessor(new OTLPTraceExporter());

const createDiagLog = (log: Pick<Log, "warn">) => {
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  const warn = (reason: string): void => {
    if (performance.now() - warnedAtMs < WARN_EVERY_MS) return;
    warnedAtMs = performance.now();
    log.warn({ reason }, "tracing has a difficulty");
  };
  const ignore = (): void => {};
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
};
