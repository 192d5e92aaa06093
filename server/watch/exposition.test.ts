import { expect, test } from "vitest";
import { type Family, formatFor, writeFamilies } from "./exposition.ts";

const counted: Family = {
  ...{ name: "sent_bytes_total", help: 'What was "sent".', type: "counter" },
  samples: [{ name: "sent_bytes_total", labels: { client: 'a"\\\nb\ud800' }, value: 3 }],
};
const spread: Family = {
  ...{ name: "wait_seconds", help: "How long.", type: "gauge" },
  samples: [
    { name: "wait_seconds", labels: {}, value: Number.POSITIVE_INFINITY },
    { name: "wait_seconds", labels: { quantile: 0.5 }, value: Number.NaN },
  ],
};

test("the text format names counters in full, and what strangers chose stays within its quotes", () => {
  expect(writeFamilies([counted, spread], "TEXT")).toBe(
    [
      '# HELP sent_bytes_total What was "sent".',
      "# TYPE sent_bytes_total counter",
      'sent_bytes_total{client="a\\"\\\\\\nb\ufffd"} 3',
      "# HELP wait_seconds How long.",
      "# TYPE wait_seconds gauge",
      "wait_seconds +Inf",
      'wait_seconds{quantile="0.5"} NaN\n',
    ].join("\n"),
  );
});

test("OpenMetrics has the family of a counter without its suffix, tells units and says where it ends", () => {
  const lines = writeFamilies([counted, spread], "OPENMETRICS").split("\n");
  expect(lines.slice(0, 4)).toEqual([
    '# HELP sent_bytes What was \\"sent\\".',
    "# TYPE sent_bytes counter",
    "# UNIT sent_bytes bytes",
    'sent_bytes_total{client="a\\"\\\\\\nb\ufffd"} 3',
  ]);
  expect(lines).toContain("# UNIT wait_seconds seconds");
  expect(lines.slice(-2)).toEqual(["# EOF", ""]);
});

test.each([
  [undefined, "TEXT"],
  ["*/*", "TEXT"],
  ["text/html,application/xhtml+xml,*/*;q=0.8", "TEXT"],
  ["application/openmetrics-text", "OPENMETRICS"],
  ["application/openmetrics-text; version=1.0.0, text/plain; version=0.0.4; q=0.5", "OPENMETRICS"],
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "OPENMETRICS",
  ],
  ["application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.5", "TEXT"],
  ["application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", "TEXT"],
  ["application/openmetrics-text;q=0", "TEXT"],
  ["application/openmetrics-text;q=nonsense,*/*", "TEXT"],
])("who accepts %s gets %s", (accept, format) => {
  expect(formatFor(accept)).toBe(format);
});
