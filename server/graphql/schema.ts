// The whole schema: every module adds its noun to the builder.
import "./activity.ts";
import "./aggregations.ts";
import "./books.ts";
import "./checkpoint.ts";
import "./events.ts";
import "./explain.ts";
import "./failure-groups.ts";
import "./failures.ts";
import "./feed.ts";
import "./ingest.ts";
import "./jobs.ts";
import "./log.ts";
import "./preview.ts";
import "./profiles.ts";
import "./repair.ts";
import "./reprocess.ts";
import "./stats.ts";
import "./system.ts";
import "./voiding.ts";
import "./webhook-deliveries.ts";
import "./webhooks.ts";
import { builder } from "./builder.ts";

export const schema = builder.toSchema();
