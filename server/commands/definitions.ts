// Which commands there are and what each takes: what the command line is read by, and what the help prints.

export interface Definition {
  /** Under which heading the help names it. */
  readonly group: "Serving" | "Events in and out" | "Keeping the database" | "Tokens" | "Seeing for oneself";
  /** What it does, in one line. */
  readonly meaning: string;
  /** What else its user has to know. */
  readonly more?: string;
  /** What stands without a name, in this order, and what it is. All of it is needed. */
  readonly places?: Readonly<Record<string, string>>;
  /** Each option with its value, as the help shows it, and its meaning. All of them are needed. */
  readonly options?: Options;
  /** Those that may be left out. */
  readonly optional?: Options;
  /** Those that may be given any number of times, or not at all. */
  readonly repeatable?: Options;
  /** Those that have no value. */
  readonly flags?: Readonly<Record<string, string>>;
  /** A program that reads what follows by itself, --help included. */
  readonly isProgram?: true;
  readonly example: string;
}

type Options = Readonly<Record<string, readonly [value: string, meaning: string]>>;

const url = [
  "SERVER",
  "The server to do it through, such as http://localhost:3000. Without it a server is started on DATABASE_URL, for this alone. A token, where it asks for one, is taken from SURECOUNT_TOKEN.",
] as const;

export const definitions = {
  serve: {
    group: "Serving",
    meaning: "Serves the API and the dashboard. Done where no command is given.",
    more: "On SIGTERM or SIGINT it answers what it has begun and ends within five seconds.",
    example: "serve",
  },
  consume: {
    group: "Serving",
    meaning: "Serves, and takes events from a queue besides.",
    more: "After the hosts may come ?stream=, subject= and consumer=, and before them user and password or a token.",
    options: { from: ["nats://HOST:4222", "The queue: NATS JetStream; tls:// asks for TLS."] },
    example: "consume --from 'nats://localhost:4222?stream=SALES&subject=sales.>'",
  },
  import: {
    group: "Events in and out",
    meaning: "Counts each line of a file once. It is safe to repeat.",
    more: "A line that cannot be counted is a failed event, and is printed with its problems.",
    places: { FILE: "It ends with .csv, .ndjson or .json, and perhaps .gz. - takes what is piped in." },
    optional: { url, type: ["csv|ndjson|json", "What FILE is, where its name does not tell."] },
    example: "import january.csv.gz --url http://localhost:3000",
  },
  export: {
    group: "Events in and out",
    meaning: "Writes events, failures or aggregations into a file, and checks it.",
    places: {
      LIST: "events, failures or aggregations.",
      FILE: "It ends with .csv, .ndjson or .json, and perhaps .gz.",
    },
    optional: { url, where: ["PARAMETERS", "The filter, as it would stand in a URL behind the question mark."] },
    example: "export events january.ndjson.gz --where 'from=2026-01-01T00:00:00Z'",
  },
  copy: {
    group: "Keeping the database",
    meaning: "Copies the SQLite database of DATABASE_URL into PostgreSQL, and compares both.",
    more: "Where it is interrupted, the same command goes on where it stopped.",
    options: { to: ["postgres://USER@HOST/NAME", "An empty database, or one that a copy was begun into."] },
    example: "copy --to postgres://surecount@db.internal/surecount",
  },
  backup: {
    group: "Keeping the database",
    meaning: "Writes a verified backup beside servers that go on.",
    places: { FILE: "A SQLite file, whatever the database is. One that is there is not overwritten." },
    optional: { rate: ["MB", "Read at most so many megabytes a second. 50 where it is not said."] },
    example: "backup /backups/monday.db",
  },
  restore: {
    group: "Keeping the database",
    meaning: "Verifies a backup and puts it at DATABASE_URL.",
    more: "No server may run on it meanwhile. PostgreSQL has to be empty.",
    places: { FILE: "The backup." },
    flags: { replace: "Put it in the place of a SQLite file that is there. That is kept beside it." },
    example: "restore /backups/monday.db --replace",
  },
  verify: {
    group: "Keeping the database",
    meaning: "Computes everything stored anew and says what is wrong; servers may go on.",
    optional: { checkpoint: ["FILE", "What the log must still hold: a file that checkpoint has written."] },
    example: "verify --checkpoint checkpoint.json",
  },
  checkpoint: {
    group: "Keeping the database",
    meaning: "Prints the hash of the log's last entry, for verify to be held against later.",
    optional: { out: ["FILE", "Write it there instead."] },
    example: "checkpoint --out checkpoint.json",
  },
  "rebuild-rollups": {
    group: "Keeping the database",
    meaning: "Counts the rollups anew from the events, and puts right what differed.",
    more: "A SQLite database must have no server meanwhile; on PostgreSQL servers wait.",
    example: "rebuild-rollups",
  },
  migrate: {
    group: "Keeping the database",
    meaning: "Brings the tables up to date and ends. A server does the same when it starts.",
    more: "--migrate-only does the same.",
    example: "migrate",
  },
  "token create": {
    group: "Tokens",
    meaning: "Makes a token and prints it, this once.",
    options: { scopes: ["SCOPE,SCOPE", "What it allows: ingest, read, operate, admin."] },
    repeatable: { client: ["CLIENT", "Bind it to this client. May be given several times."] },
    optional: {
      name: ["NAME", "By which people know it."],
      expires: ["90d", "When it ends: after 30m, 12h or 90d, or at an instant. Without it, never."],
    },
    example: "token create --scopes ingest --client kiosk-7 --expires 90d",
  },
  "token list": {
    group: "Tokens",
    meaning: "Prints all tokens that were ever made, without their secrets.",
    example: "token list",
  },
  "token rotate": {
    group: "Tokens",
    meaning: "Gives a token a new secret and prints it, this once.",
    places: { ID: "As token list shows it." },
    optional: { grace: ["24h", "How long the secret before holds. A day where it is not said."] },
    example: "token rotate 0a1b2c3d4e5f --grace 1h",
  },
  "token revoke": {
    group: "Tokens",
    meaning: "Ends a token for good, on all servers and open sockets within seconds.",
    places: { ID: "As token list shows it." },
    example: "token revoke 0a1b2c3d4e5f",
  },
  demo: {
    group: "Seeing for oneself",
    meaning: "Sends as unreliable clients do, and compares a server's figures with the truth.",
    isProgram: true,
    example: "demo",
  },
  drill: {
    group: "Seeing for oneself",
    meaning: "Kills servers of its own under load, and checks after each crash that all holds.",
    isProgram: true,
    example: "drill --cycles 100",
  },
  fuzz: {
    group: "Seeing for oneself",
    meaning: "Sends hostile messages to a server of its own, and looks for faults.",
    isProgram: true,
    example: "fuzz --count 1000000",
  },
  bench: {
    group: "Seeing for oneself",
    meaning: "Measures servers of its own and what they are compared with.",
    isProgram: true,
    example: "bench singles batches",
  },
} as const satisfies Readonly<Record<string, Definition>>;

export type Definitions = typeof definitions;
