// The profiles of clients: with them the events are read again, and each version must be what its entry says.
import type { Details } from "../domain/act.ts";
import { NO_PROFILE, type Profile } from "../domain/profile.ts";
import { type ProfileRow, toProfileVersion } from "../storage/rows.ts";
import type { LogRow } from "../storage/verification.ts";
import type { FindProfile } from "./events.ts";
import type { Findings } from "./findings.ts";

const TABLE = "client_profiles";

export interface ProfileCheck {
  readonly find: FindProfile;
  /** Looks at an entry of the log; most are about something else. */
  addEntry(entry: LogRow): void;
  /** Reports the versions that no entry has made. Gives the number of versions. */
  end(): number;
}

export const createProfileCheck = (rows: readonly ProfileRow[], findings: Findings): ProfileCheck => {
  const profiles = new Map<string, Profile | null>();
  for (const row of rows)
    findings.attempt(TABLE, `seq ${row.seq}`, () => {
      profiles.set(keyOf(row.client, row.version), toProfileVersion(row).profile);
    });
  const left = new Map(rows.map((row) => [row.seq, row]));
  const versions = new Map<string | null, number>();

  const compare = (entry: LogRow, row: ProfileRow): void => {
    const place = [TABLE, `seq ${row.seq}`] as const;
    const { version, profile, by } = JSON.parse(entry.details ?? "{}") as Details;
    const expected = (versions.get(entry.client) ?? NO_PROFILE) + 1;
    versions.set(entry.client, expected);
    findings.compare(["processing_log", `seq ${row.seq}`], "the version of the profile", version, expected);
    findings.compare(place, "the client", row.client, entry.client);
    findings.compare(place, "the version", row.version, version);
    findings.compare(place, "the profile", row.profile, profile === undefined ? null : JSON.stringify(profile));
    findings.compare(place, "the time", row.atUs, entry.atUs);
    findings.compare(place, "by", row.by, by ?? null);
  };

  return {
    find: (client, version) => profiles.get(keyOf(client, version)),
    addEntry: (entry) => {
      if (entry.action !== "PROFILE_SET" && entry.action !== "PROFILE_DELETED") return;
      const row = left.get(entry.seq);
      left.delete(entry.seq);
      if (row === undefined) findings.add(TABLE, `seq ${entry.seq}`, "is missing, and the log has an entry of it");
      else compare(entry, row);
    },
    end: () => {
      for (const seq of left.keys()) findings.add(TABLE, `seq ${seq}`, "no entry of the log has made it");
      return rows.length;
    },
  };
};

const keyOf = (client: string, version: number): string => `${version}\n${client}`;
