// Reads what /metrics answers as strictly as Prometheus does, in either format, and refuses whatever is not as it should be.
import type { Format } from "../watch/exposition.ts";

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

/** @throws Error with what is not as it should be. */
export const parseMetrics = (text: string, format: Format): readonly MetricFamily[] => {
  const isOpen = format === "OPENMETRICS";
  if (!text.endsWith(isOpen ? "\n# EOF\n" : "\n")) throw new Error("The end is missing.");
  const lines = text
    .slice(0, -1)
    .split("\n")
    .slice(0, isOpen ? -1 : undefined);
  const starts = lines.flatMap((line, index) => (line.startsWith("# HELP ") ? [index] : []));
  if (starts[0] !== 0) throw new Error("Something stands before the first family.");
  const families = starts.map((start, index) => readFamily(lines.slice(start, starts[index + 1]), isOpen));
  expectOnce(
    families.map(({ name }) => name),
    "family",
  );
  expectOnce(
    families.flatMap(({ samples }) => samples.map(({ name, labels }) => name + JSON.stringify(Object.entries(labels)))),
    "sample",
  );
  return families;
};

const readFamily = ([help = "", type = "", ...rest]: readonly string[], isOpen: boolean): MetricFamily => {
  const [, name = "", words = ""] = expectMatch(help, /^# HELP ([a-zA-Z_:][\w:]*) (\S.*\.)$/);
  const [, kind = ""] = expectMatch(type, new RegExp(`^# TYPE ${name} (counter|gauge|histogram|summary)$`));
  const unit = /_(seconds|bytes)$/.exec(name)?.[1];
  const hasUnit = isOpen && unit !== undefined;
  if (hasUnit && rest[0] !== `# UNIT ${name} ${unit}`) throw new Error(`The unit of ${name} is missing.`);
  if ((kind === "counter") !== (isOpen ? !name.endsWith("_total") && kind === "counter" : name.endsWith("_total")))
    throw new Error(`A counter, and nothing else, ends in _total: ${name}.`);
  const suffixes = SUFFIXES[kind] ?? [isOpen ? "_total" : ""];
  const samples = rest.slice(hasUnit ? 1 : 0).map(readSample);
  for (const sample of samples)
    if (!suffixes.some((suffix) => sample.name === name + suffix))
      throw new Error(`${sample.name} does not belong to the ${kind} ${name}.`);
  if (kind === "histogram") checkBuckets(samples);
  return { name, type: kind, help: words, samples };
};

const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"/;
const SAMPLE = new RegExp(
  `^([a-zA-Z_:][\\w:]*)(?:\\{(${LABEL.source}(?:,${LABEL.source})*)\\})? (NaN|[+-]Inf|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`,
);

const readSample = (line: string): MetricSample => {
  const found = expectMatch(line, SAMPLE);
  const pairs = [...(found[2] ?? "").matchAll(new RegExp(LABEL, "g"))].map(
    ([, label = "", text = ""]) => [label, text.replace(/\\(.)/g, (_, sign) => (sign === "n" ? "\n" : sign))] as const,
  );
  expectOnce(
    pairs.map(([label]) => label),
    "label",
  );
  return {
    name: found[1] ?? "",
    labels: Object.fromEntries(pairs),
    value: Number(found.at(-1)?.replace("Inf", "Infinity")),
  };
};

/** Of each series the buckets grow, and the last, which has no bound, holds all. */
const checkBuckets = (samples: readonly MetricSample[]): void => {
  const seriesOf = ({ labels: { le: _le, ...labels } }: MetricSample): string => JSON.stringify(labels);
  for (const [series, of] of Map.groupBy(samples, seriesOf)) {
    const buckets = of.filter(({ name }) => name.endsWith("_bucket"));
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace("Inf", "Infinity")));
    const counts = buckets.map(({ value }) => value);
    const isGrowing = (numbers: readonly number[]) =>
      numbers.every((one, index) => index === 0 || one >= (numbers[index - 1] ?? 0));
    const total = of.find(({ name }) => name.endsWith("_count"))?.value;
    if (
      !isGrowing(bounds) ||
      !isGrowing(counts) ||
      bounds.at(-1) !== Number.POSITIVE_INFINITY ||
      counts.at(-1) !== total
    )
      throw new Error(`The buckets of ${series} do not fit together.`);
  }
};

const expectMatch = (line: string, pattern: RegExp): RegExpExecArray => {
  const found = pattern.exec(line);
  if (found === null) throw new Error(`This is not understood: ${line}`);
  return found;
};

const expectOnce = (names: readonly string[], what: string): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`This ${what} is there twice: ${twice}`);
};
