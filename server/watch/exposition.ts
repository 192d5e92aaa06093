// Writes figures as Prometheus reads them: as OpenMetrics 1.0 where that is asked for, else in the older text format.
// prom-client can write either, but not both in one process: to write OpenMetrics it renames its counters for good.

export interface Sample {
  /** That of the family, or with its suffix. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** All samples of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

export type Format = "TEXT" | "OPENMETRICS";

export const contentTypes: Readonly<Record<Format, string>> = {
  TEXT: "text/plain; version=0.0.4; charset=utf-8",
  OPENMETRICS: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

const OPENMETRICS_TYPE = /^application\/openmetrics-text(;version=1\.0\.0)?$/;
const TEXT_TYPE = /^(text\/plain(;version=0\.0\.4)?|text\/\*|\*\/\*)$/;

/** What an Accept header asks for. OpenMetrics only where it is named, and not less welcome than text. */
export const formatFor = (accept = "*/*"): Format => {
  const offers = accept.split(",").map(readOffer);
  const weightOf = (pattern: RegExp): number =>
    Math.max(0, ...offers.filter(({ type }) => pattern.test(type)).map(({ weight }) => weight));
  const weight = weightOf(OPENMETRICS_TYPE);
  return weight > 0 && weight >= weightOf(TEXT_TYPE) ? "OPENMETRICS" : "TEXT";
};

/** Of the parameters only the version tells formats apart. */
const readOffer = (offer: string): { readonly type: string; readonly weight: number } => {
  const [type = "", ...parameters] = offer.split(";").map((part) => part.trim().toLowerCase());
  const parameter = (name: string): string | undefined =>
    parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const version = parameter("version");
  const weight = Number(parameter("q") ?? 1);
  return { type: version === undefined ? type : `${type};version=${version}`, weight: weight > 0 ? weight : 0 };
};

export const writeFamilies = (families: readonly Family[], format: Format): string =>
  format === "TEXT"
    ? families.map((family) => textOf(family, family.name)).join("")
    : `${families.map(openMetricsOf).join("")}# EOF\n`;

const TOTAL = "_total";

/** There the name of a counter is that without its suffix, and units are told. */
const openMetricsOf = (family: Family): string => {
  const isCounter = family.type === "counter" && family.name.endsWith(TOTAL);
  const name = isCounter ? family.name.slice(0, -TOTAL.length) : family.name;
  const [, unit] = /_(seconds|bytes)$/.exec(name) ?? [];
  return textOf({ ...family, help: family.help.replaceAll('"', '\\"') }, name, unit);
};

const textOf = ({ help, type, samples }: Family, name: string, unit?: string): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    ...samples.map(lineOf),
  ]
    .map((line) => `${line}\n`)
    .join("");

const lineOf = ({ name, labels, value }: Sample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeText(String(text))}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberOf(value)}`;
};

/** Names of clients and of operations are strangers' text. */
const escapeText = (text: string): string =>
  text.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

const numberOf = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
