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
import "./imports.ts";
import "./ingest.ts";
import "./jobs.ts";
import "./log.ts";
import "./preview.ts";
import "./profiles.ts";
import "./rate-limits.ts";
import "./repair.ts";
import "./reprocess.ts";
import "./stats.ts";
import "./system.ts";
import "./tokens.ts";
import "./viewer.ts";
import "./voiding.ts";
import { builder } from "./builder.ts";
import { withScopes } from "./scopes.ts";

export const schema = withScopes(builder.toSchema());
