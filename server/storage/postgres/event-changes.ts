// What is written where acts have changed events: their rows, and what they are the same as.
import type { Event } from "../../domain/event.ts";
import { toEventRow } from "../rows.ts";
import type { ChangedEvent } from "./act-rows.ts";
import { getTableColumns, type Queries, sql } from "./drizzle.ts";
import { hasContentOf, hasKeyOf } from "./identity.ts";
import { arraysOf, prepare, rowsOf, type Statement, settingAll, unnestAs } from "./statement.ts";
import { eventIdentities, normalizedEvents } from "./tables.ts";

/** The statements that write events as they are now. They fail where another event has the identity of one. */
export const createEventChanges = (db: Queries) => {
  const { seq, receivedAtUs, ...said } = getTableColumns(normalizedEvents);
  const update = prepare(sql`
    update ${normalizedEvents} e set ${settingAll(said, "changed")}
    from ${unnestAs(normalizedEvents, "changed")} where e.seq = changed.seq and e.received_at = changed.received_at`);
  const former = unnestAs(eventIdentities, "former");
  const drops = [hasKeyOf, hasContentOf].map((isIdentity) =>
    prepare(sql`delete from ${eventIdentities} using ${former} where ${isIdentity(sql`former`)}`),
  );
  const insert = prepare(db.insert(eventIdentities).select(rowsOf(eventIdentities, "identities")));

  return (events: readonly ChangedEvent[]): readonly Statement[] => {
    if (events.length === 0) return [];
    const others = events.filter(({ before, after }) => identityTextOf(before) !== identityTextOf(after));
    const [formerRows, rows] = [
      arraysOf(eventIdentities, "former", identityRowsOf(others.map(({ before }) => before))),
      arraysOf(eventIdentities, "identities", identityRowsOf(others.map(({ after }) => after))),
    ];
    return [
      update(
        arraysOf(
          normalizedEvents,
          "changed",
          events.map(({ after }) => toEventRow(after)),
        ),
      ),
      // All go before any comes: one may take what another gives up.
      ...(others.length === 0 ? [] : [...drops.map((drop) => drop(formerRows)), insert(rows)]),
    ];
  };
};

const identityTextOf = ({ fingerprint, idempotencyKey, sameAs }: Event): string =>
  JSON.stringify(sameAs === null ? [fingerprint, idempotencyKey] : []);

/** Those that have one of their own. */
const identityRowsOf = (events: readonly Event[]) =>
  events
    .filter(({ sameAs }) => sameAs === null)
    .map((event) => {
      const { client, ...row } = toEventRow(event);
      return { ...row, client: row.idempotencyKey === null ? null : client };
    });
