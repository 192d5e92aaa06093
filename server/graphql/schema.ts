// The whole schema: every module adds its noun to the builder.
import "./aggregations.ts";
import "./books.ts";
import "./checkpoint.ts";
import "./events.ts";
import "./failures.ts";
import "./feed.ts";
import "./ingest.ts";
import "./log.ts";
import "./preview.ts";
import "./stats.ts";
import { builder } from "./builder.ts";

export const schema = builder.toSchema();
