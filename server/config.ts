// Every setting: its environment variable, its default and what it means. Read once, checked once, then frozen.
import { z } from "zod";
import { logLevels } from "./log.ts";

const numberFrom = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const days = z
  .string()
  .regex(/^(off|[1-9]\d{0,4})$/, "must be off, or a whole number of days from 1 to 99999")
  .transform((value) => (value === "off" ? null : Number(value)));

const eventsPerMinute = z
  .string()
  .regex(/^(off|[1-9]\d{0,8})$/, "must be off, or a whole number of events from 1 to 999999999")
  .transform((value) => (value === "off" ? null : Number(value)));

const corsOrigins = z.string().transform((value, context): readonly string[] => {
  const origins = value === "none" ? [] : value.split(",");
  if (origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)) return origins;
  context.addIssue({
    code: "custom",
    message: "must be none, or origins such as https://shop.example with commas between",
  });
  return z.NEVER;
});

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

const interval = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhd]$/, "must be a whole number and s, m, h or d, such as 24h")
  .transform((value) => Number.parseInt(value, 10) * (UNIT_SECONDS[value.slice(-1)] ?? 0));

export type Database =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string };

const isPostgres = (value: string): boolean => /^postgres(ql)?:/.test(value);

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/[^/?#]*\/[^/?#]+(\?[^#]*)?$/, "must read like postgres://user:password@host:5432/name")
  .transform((url): Database => ({ kind: "postgres", url }));

const sqliteFile = z.string().transform((value, context): Database => {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(value)?.[1];
  // SQLite would keep the first in memory and read the second as settings; here both would be files of such a name.
  if (value.startsWith(":") || value === "" || value.includes("?") || (scheme !== undefined && scheme !== "file")) {
    context.addIssue({
      code: "custom",
      message:
        "must be the path of a SQLite file, such as data/surecount.db, or a URL such as postgres://user@host/name",
    });
    return z.NEVER;
  }
  return { kind: "sqlite", file: value.replace(/^file:(\/\/)?/, "") };
});

const database = z.string().transform((value, context): Database => {
  const parsed = (isPostgres(value) ? postgresUrl : sqliteFile).safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { message } of parsed.error.issues) context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const readUrl = z.string().transform((value, context): string | null => {
  if (value === "none") return null;
  const parsed = postgresUrl.safeParse(value);
  if (parsed.success) return value;
  context.addIssue({ code: "custom", message: `${parsed.error.issues[0]?.message}, or none` });
  return z.NEVER;
});

/** name in Config: [environment variable, default, what it accepts, meaning] */
const settings = {
  port: ["PORT", "3000", numberFrom(0, 65_535), "Port to listen on; 0 takes a free one."],
  host: [
    "HOST",
    "127.0.0.1",
    z.string().min(1, "must be an address or a host name"),
    "Address to listen on. Beyond loopback it needs a token of the scope admin, or AUTH=off.",
  ],
  auth: [
    "AUTH",
    "auto",
    z.enum(["auto", "off"], "must be auto or off"),
    "auto: tokens are required once there is one. off: anyone who reaches the server may do everything.",
  ],
  allowedHosts: [
    "ALLOWED_HOSTS",
    "auto",
    z
      .string()
      .regex(/^[\w.:[\]-]+(,[\w.:[\]-]+)*$/, "must be auto, or host names with commas between")
      .transform((value) => (value === "auto" ? null : value.split(","))),
    "Names besides localhost by which the server may be called, with commas between. auto: no others on loopback, any beyond.",
  ],
  database: [
    "DATABASE_URL",
    "data/surecount.db",
    database,
    "Path of the SQLite file, made where there is none; or postgres://user:password@host:5432/name, with commas between several hosts.",
  ],
  readUrl: [
    "READ_DATABASE_URL",
    "none",
    readUrl,
    "Where lists, aggregations and other long questions are asked, such as postgres://… of a standby. Only with PostgreSQL.",
  ],
  connections: [
    "DATABASE_CONNECTIONS",
    "10",
    numberFrom(6, 1_000),
    "Most connections to PostgreSQL that are opened, besides one for each of at most two exports.",
  ],
  partitionLength: [
    "PARTITION_LENGTH",
    "month",
    z.enum(["day", "month"], "must be day or month"),
    "How much time one partition holds, on PostgreSQL. Counts for the partitions that are made from now on.",
  ],
  logLevel: [
    "LOG_LEVEL",
    "info",
    z.enum(logLevels, `must be one of ${logLevels.join(", ")}`),
    `How much is logged: ${logLevels.join(", ")}.`,
  ],
  faultInjection: [
    "FAULT_INJECTION",
    "on",
    z.enum(["on", "off"], "must be on or off"),
    "Whether requests may ask for simulated failures. Only ever on loopback.",
  ],
  heartbeatMs: [
    "FEED_HEARTBEAT_MS",
    "15000",
    numberFrom(100, 30_000),
    "Silence after which the live feed sends an empty batch, in milliseconds.",
  ],
  maxBodyBytes: ["MAX_BODY_BYTES", "2097152", numberFrom(1_024, 67_108_864), "Largest request accepted, in bytes."],
  maxWaitingEvents: [
    "MAX_WAITING_EVENTS",
    "20000",
    numberFrom(1_000, 1_000_000),
    "Events that may wait for the database before new ones are turned away.",
  ],
  maxWaitingBytes: [
    "MAX_WAITING_BYTES",
    "67108864",
    numberFrom(1_048_576, 4_294_967_296),
    "Bytes that may wait: those of requests that are being received, and as many of events that wait for the database.",
  ],
  rateLimitPerMinute: [
    "RATE_LIMIT_PER_MINUTE",
    "off",
    eventsPerMinute,
    "Events that each client may send a minute, where its profile says nothing else. off: any number.",
  ],
  tokenRateLimitPerMinute: [
    "TOKEN_RATE_LIMIT_PER_MINUTE",
    "off",
    eventsPerMinute,
    "Events that may be sent with each token a minute, whatever their clients. off: any number.",
  ],
  maxConnections: [
    "MAX_CONNECTIONS",
    "5000",
    numberFrom(10, 100_000),
    "HTTP connections at once. Where there is no room, the one gives way that has kept the server waiting longest.",
  ],
  maxSockets: ["MAX_SOCKETS", "5000", numberFrom(1, 100_000), "WebSockets at once. More are refused with 503."],
  allowedOperations: [
    "ALLOWED_OPERATIONS",
    "any",
    z
      .string()
      .min(1, "must be any, or the path of a file or folder")
      .transform((value) => (value === "any" ? null : value)),
    "File or folder that lists the only GraphQL operations that are answered, besides the dashboard's. any: all are.",
  ],
  corsOrigins: [
    "CORS_ORIGINS",
    "none",
    corsOrigins,
    "Origins whose pages may use the API besides the server's own, such as https://shop.example, with commas between.",
  ],
  retentionDays: [
    "RETENTION_DAYS",
    "off",
    days,
    "Days after which what was sent is removed; what was counted stays. off: never.",
  ],
  archiveFolder: [
    "ARCHIVE_DIR",
    "data/archive",
    z
      .string()
      .min(1, "must be the path of a folder, or off")
      .transform((value) => (value === "off" ? null : value)),
    "Folder for what was sent before RETENTION_DAYS removes it, in compressed files. off: it is removed for good.",
  ],
  webhooks: [
    "WEBHOOKS",
    "https",
    z.enum(["https", "any"], "must be https or any"),
    "Where webhooks may go. https: to public addresses by https. any: also by http, and to this machine and its network.",
  ],
  webhookKeyFile: [
    "WEBHOOK_KEY_FILE",
    "auto",
    z
      .string()
      .min(1, "must be the path of a file")
      .transform((value) => (value === "auto" ? null : value)),
    "File with the key that encrypts the secrets of webhooks, made where there is none; all servers need the same. auto: beside the SQLite file, or data/webhook.key.",
  ],
  backupFolder: [
    "BACKUP_DIR",
    "off",
    z
      .string()
      .min(1, "must be a folder, or off")
      .transform((value) => (value === "off" ? null : value)),
    "Folder for backups that the server makes by itself, at one server of several at a time. off: none.",
  ],
  backupEverySeconds: ["BACKUP_EVERY", "24h", interval, "How often: a whole number and s, m, h or d."],
  backupsKept: ["BACKUP_KEEP", "7", numberFrom(1, 10_000), "How many of them are kept, the newest."],
} as const;

export type Config = {
  readonly [Name in keyof typeof settings]: z.infer<(typeof settings)[Name][2]>;
};

/** A setting that cannot be used: its message is one line for the operator. */
export class ConfigError extends Error {}

/** Reads the settings from environment variables. @throws ConfigError naming the first that cannot be used. */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const entries = Object.entries(settings).map(([name, [variable, fallback, schema]]) => {
    const value = environment[variable] ?? fallback;
    const parsed = schema.safeParse(value);
    if (parsed.success) return [name, parsed.data];
    throw refusal(variable, value, `it ${parsed.error.issues[0]?.message}`);
  });
  const config = Object.freeze(Object.fromEntries(entries)) as Config;
  if (config.readUrl !== null && config.database.kind !== "postgres")
    throw refusal("READ_DATABASE_URL", config.readUrl, "it needs a DATABASE_URL that is PostgreSQL too");
  if (config.maxWaitingBytes < config.maxBodyBytes)
    throw refusal("MAX_WAITING_BYTES", String(config.maxWaitingBytes), "it must be at least MAX_BODY_BYTES");
  return config;
};

/** Checks the URL of a PostgreSQL database. `name`: where it was given. @throws ConfigError without its password. */
export const readPostgresUrl = (name: string, url: string): string => {
  const parsed = postgresUrl.safeParse(url);
  if (parsed.success) return url;
  throw refusal(name, url, `it ${parsed.error.issues[0]?.message}`);
};

const refusal = (variable: string, value: string, reason: string): ConfigError =>
  new ConfigError(`${variable}=${JSON.stringify(withoutPassword(value))} cannot be used: ${reason}.`);

/** Whatever may be a password, also where what stands around it is not as it should be. */
const withoutPassword = (url: string): string =>
  url
    .replace(/^([a-z][a-z\d+.-]*:\/*[^:/]*):.*@/i, "$1:***@")
    .replace(/^([a-z][a-z\d+.-]*:\/\/[^:@/[]*):(?!\d+([/,?]|$)|\*\*\*@).*$/i, "$1:***")
    .replace(/password=[^&]*/gi, "password=***");

/** Which database it is, in words for a log. */
export const describeDatabase = (database: Database): string =>
  database.kind === "sqlite" ? database.file : withoutPassword(database.url);

/** The table of settings, for people. */
export const settingsTable = (): readonly (readonly [name: string, fallback: string, meaning: string])[] =>
  Object.values(settings).map(([variable, fallback, _schema, meaning]) => [variable, fallback, meaning]);
