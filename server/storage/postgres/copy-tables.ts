// The tables of this backend that are copied, by their names.
import { type CopyTable, copyTables } from "../copy.ts";
import { getTableColumns, type PgColumn, type Table } from "./drizzle.ts";
import { rollupDays, rollupDeltas, rollups } from "./rollup-tables.ts";
import {
  activity,
  clientProfiles,
  counters,
  eventIdentities,
  failedEvents,
  failureProblems,
  jobs,
  leases,
  normalizedEvents,
  processingLog,
  rawEvents,
  systemHistory,
  tokens,
} from "./tables.ts";
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from "./webhook-tables.ts";

export const copiedTables: Readonly<Record<CopyTable, Table>> = {
  raw_events: rawEvents,
  normalized_events: normalizedEvents,
  processing_log: processingLog,
  event_identities: eventIdentities,
  failed_events: failedEvents,
  failure_problems: failureProblems,
  client_profiles: clientProfiles,
  jobs,
  rollups,
  rollup_deltas: rollupDeltas,
  rollup_days: rollupDays,
  counters,
  activity,
  tokens,
  leases,
  webhook_endpoints: webhookEndpoints,
  webhook_deliveries: webhookDeliveries,
  webhook_attempts: webhookAttempts,
  system_history: systemHistory,
};

/** The columns of a table in the order of its rows. @throws Error where it has no such column. */
export const copiedColumns = (table: CopyTable): readonly (readonly [name: string, column: PgColumn])[] => {
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns(copiedTables[table]);
  return copyTables[table].columns.map((name) => {
    const column = columns[name];
    if (column === undefined) throw new Error(`${table} has no column for ${name}.`);
    return [name, column];
  });
};
