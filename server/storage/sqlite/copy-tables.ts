// The tables of this backend that are copied, by their names. The events themselves hold the identities.
import type { CopyTable } from "../copy.ts";
import type { SQLiteTable } from "./drizzle.ts";
import { rollupDays, rollupDeltas, rollups } from "./rollup-tables.ts";
import {
  activity,
  clientProfiles,
  counters,
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

export const copiedTables: Readonly<Record<CopyTable, SQLiteTable>> = {
  raw_events: rawEvents,
  normalized_events: normalizedEvents,
  processing_log: processingLog,
  event_identities: normalizedEvents,
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
