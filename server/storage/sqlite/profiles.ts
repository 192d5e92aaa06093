// The profiles of clients: every version that each ever had, of which the last is in force.
import type { Range } from "../../domain/filter.ts";
import type { ProfileVersion } from "../../domain/profile.ts";
import { toProfileVersion } from "../rows.ts";
import { inRange, orderOf } from "./conditions.ts";
import type { Drizzle } from "./database.ts";
import { and, asc, desc, eq, gt, isNotNull, max, notExists, sql } from "./drizzle.ts";
import { clientProfiles } from "./tables.ts";

export const insertProfileVersion = (db: Drizzle, version: ProfileVersion): void => {
  const profile = version.profile === null ? null : JSON.stringify(version.profile);
  db.insert(clientProfiles)
    .values({ ...version, profile })
    .run();
};

/** Null where the client never had one. */
export const lastProfileVersion = (db: Drizzle, client: string): ProfileVersion | null => {
  const row = db
    .select()
    .from(clientProfiles)
    .where(eq(clientProfiles.client, client))
    .orderBy(desc(clientProfiles.version))
    .limit(1)
    .get();
  return row === undefined ? null : toProfileVersion(row);
};

export const profileVersions = (db: Drizzle, client: string | null, after = 0) =>
  db.$client.transaction(() => {
    const rows = db
      .select()
      .from(clientProfiles)
      .where(and(gt(clientProfiles.seq, after), client === null ? undefined : eq(clientProfiles.client, client)))
      .orderBy(asc(clientProfiles.seq))
      .all();
    const last = db
      .select({ seq: max(clientProfiles.seq) })
      .from(clientProfiles)
      .get();
    return { asOf: last?.seq ?? 0, versions: rows.map(toProfileVersion) };
  })();

export const profiles = (db: Drizzle, range: Range): readonly ProfileVersion[] => {
  const isOvertaken = db
    .select({ one: sql`1` })
    .from(sql`${clientProfiles} as newer`)
    .where(sql`newer.client = ${clientProfiles.client} and newer.version > ${clientProfiles.version}`);
  return db
    .select()
    .from(clientProfiles)
    .where(and(isNotNull(clientProfiles.profile), notExists(isOvertaken), ...inRange(clientProfiles.seq, range)))
    .orderBy(orderOf(clientProfiles.seq, range))
    .limit(range.limit)
    .all()
    .map(toProfileVersion);
};
