// The profiles of clients: every version that each ever had, of which the last is in force.
import type { Range } from "../../domain/filter.ts";
import type { ProfileVersion } from "../../domain/profile.ts";
import { toProfileVersion } from "../rows.ts";
import type { Storage } from "../storage.ts";
import { inRange, oneOf, orderOf } from "./conditions.ts";
import {
  and,
  asc,
  type Drizzle,
  desc,
  drizzle,
  eq,
  getTableColumns,
  gt,
  isNotNull,
  max,
  notExists,
  type Queries,
  sql,
} from "./drizzle.ts";
import { BEGIN_SNAPSHOT, transact } from "./pool.ts";
import { arraysOf, prepare, rowsOf, type Statement } from "./statement.ts";
import { clientProfiles } from "./tables.ts";

/** The statement that adds versions. */
export const createProfileChanges = (db: Queries) => {
  const insert = prepare(db.insert(clientProfiles).select(rowsOf(clientProfiles, "versions")));
  return (versions: readonly ProfileVersion[]): readonly Statement[] => {
    if (versions.length === 0) return [];
    const rows = versions.map(({ profile, ...version }) => ({
      ...version,
      profile: profile === null ? null : JSON.stringify(profile),
    }));
    return [insert(arraysOf(clientProfiles, "versions", rows))];
  };
};

/** The last of each of these clients that ever had one. */
export const lastProfileVersionsOf = async (
  db: Queries,
  clients: readonly string[],
): Promise<readonly ProfileVersion[]> => {
  if (clients.length === 0) return [];
  const { client, version } = clientProfiles;
  const rows = await db
    .selectDistinctOn([client])
    .from(clientProfiles)
    .where(oneOf(client, clients))
    .orderBy(client, desc(version));
  return rows.map(toProfileVersion);
};

export const profileVersions = (
  db: Drizzle,
  client: string | null,
  after = 0,
): ReturnType<Storage["profileVersions"]> =>
  transact(db.$client, BEGIN_SNAPSHOT, async (connection) => {
    const snapshot = drizzle({ client: connection });
    const rows = await snapshot
      .select()
      .from(clientProfiles)
      .where(and(gt(clientProfiles.seq, after), client === null ? undefined : eq(clientProfiles.client, client)))
      .orderBy(asc(clientProfiles.seq));
    const [last] = await snapshot.select({ seq: max(clientProfiles.seq) }).from(clientProfiles);
    return { asOf: last?.seq ?? 0, versions: rows.map(toProfileVersion) };
  });

export const profiles = async (db: Queries, range: Range): Promise<readonly ProfileVersion[]> => {
  const isOvertaken = db
    .select({ one: sql`1` })
    .from(sql`${clientProfiles} as newer`)
    .where(sql`newer.client = ${clientProfiles.client} and newer.version > ${clientProfiles.version}`);
  const rows = await db
    .select(getTableColumns(clientProfiles))
    .from(clientProfiles)
    .where(and(isNotNull(clientProfiles.profile), notExists(isOvertaken), ...inRange(clientProfiles.seq, range)))
    .orderBy(orderOf(clientProfiles.seq, range))
    .limit(range.limit);
  return rows.map(toProfileVersion);
};
