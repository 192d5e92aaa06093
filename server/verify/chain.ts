// Whether the entries of the log follow each other without a gap, and whether each carries the hash of itself and of the
// one before. Databases that are older than the chain have entries without a hash, and only before the first that has one.
import type { Micros } from "../domain/calendar.ts";
import { type Content, genesisOf, hashOf } from "../storage/chain.ts";
import type { LogRow } from "../storage/verification.ts";
import type { Findings } from "./findings.ts";

const TABLE = "processing_log";

export interface ChainCheck {
  /**
   * Checks the next entry. `content`: of the event that it accepts, as it was accepted; null for all other entries,
   * undefined where it cannot be known any more. True where the chain proves the entry.
   */
  check(entry: LogRow, content: Content | null | undefined): boolean;
  readonly lastSeq: number;
  readonly lastAtUs: Micros;
  /** That of the last entry; null where the chain has not begun. */
  readonly lastHash: string | null;
  /** How many entries are older than the chain. */
  readonly unchained: number;
}

export const createChainCheck = (databaseId: string, findings: Findings): ChainCheck => {
  let lastSeq = 0;
  let lastAtUs: Micros = 0;
  let lastHash: string | null = null;
  let unchained = 0;
  // Where a stored hash is wrong, the next entry tells whether it was the hash that was changed or what it is of: it
  // follows either what is stored or what should be.
  let before: readonly string[] = [genesisOf(databaseId)];

  const checkPlace = ({ seq, atUs }: LogRow, row: string): void => {
    if (seq !== lastSeq + 1) {
      const gap = seq === lastSeq + 2 ? `entry ${lastSeq + 1} is missing` : `entries ${lastSeq + 1} to ${seq - 1} are`;
      findings.add(
        TABLE,
        row,
        seq <= lastSeq ? `comes after entry ${lastSeq}` : `${gap.replace(/ are$/, " are missing")} before it`,
      );
    }
    if (atUs < lastAtUs) findings.add(TABLE, row, "was written before the entry above it");
    [lastSeq, lastAtUs] = [seq, atUs];
  };

  return {
    check: (entry, content) => {
      const row = `seq ${entry.seq}`;
      checkPlace(entry, row);
      if (entry.hash === null) {
        if (lastHash === null) unchained += 1;
        else findings.add(TABLE, row, "has no hash, although the chain has begun before it");
        return false;
      }
      const stored = entry.hash;
      lastHash = stored;
      if (content === undefined) {
        before = [stored];
        return false;
      }
      const hashes = before.map((previous) => hashOf(previous, { ...entry, digestHex: entry.digest }, content));
      const isProved = hashes.includes(stored);
      if (!isProved)
        findings.add(
          TABLE,
          row,
          `its hash is not that of what is stored: ${content === null ? "it" : "it or its event"} was changed, or what came before it`,
        );
      before = isProved ? [stored] : [stored, ...hashes.slice(0, 1)];
      return isProved;
    },
    get lastSeq() {
      return lastSeq;
    },
    get lastAtUs() {
      return lastAtUs;
    },
    get lastHash() {
      return lastHash;
    },
    get unchained() {
      return unchained;
    },
  };
};
