// Fills the tables of the reference design that its aggregations scan.
import BetterSqlite from "better-sqlite3";
import type { HistoryJob } from "../writer/history.ts";

/** The reference must have made its tables. */
export const fillReference = (file: string, { events, clients, days, endMs }: HistoryJob): void => {
  const connection = new BetterSqlite(file);
  // The raw events are not there: nothing that is measured reads them.
  connection.pragma("foreign_keys = OFF");
  connection
    .prepare(
      `with recursive numbers(number) as (select 1 union all select number + 1 from numbers where number < $events)
      insert into normalized_events (raw_event_id, client_id, metric, amount, timestamp)
      select number, 'shop-' || (number * 7919 % $clients), 'sale', (1 + number * 7919 % 1000000) / 100.0,
        strftime('%Y-%m-%dT%H:%M:%SZ', $end - $days * 86400.0 * (1 - number * 1.0 / $events), 'unixepoch')
      from numbers`,
    )
    .run({ events, clients, days, end: endMs / 1_000 });
  connection.close();
};
