CREATE TABLE "client_profiles" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"client" text COLLATE "C" NOT NULL,
	"version" integer NOT NULL,
	"profile" text,
	"at" timestamp with time zone NOT NULL,
	"by" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "failure_problems" (
	"failure" bigint NOT NULL,
	"code" text NOT NULL,
	"path" text COLLATE "C" NOT NULL,
	CONSTRAINT "failure_problems_failure_code_path_pk" PRIMARY KEY("failure","code","path")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" bigint PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"plan" text NOT NULL,
	"by" text COLLATE "C",
	"total" bigint NOT NULL,
	"looked" bigint NOT NULL,
	"position" bigint NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"error" text
);
--> statement-breakpoint
INSERT INTO "failure_problems" ("failure", "code", "path")
SELECT "failed_events"."id", "problem"."value" ->> 'code', coalesce("problem"."value" ->> 'path', '')
FROM "failed_events" CROSS JOIN json_array_elements("failed_events"."problems"::json) AS "problem"
ON CONFLICT DO NOTHING;--> statement-breakpoint
DROP TABLE "failure_codes";--> statement-breakpoint
ALTER TABLE "failed_events" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "failed_events" ADD COLUMN "next_attempt_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "failed_events" ADD COLUMN "reason" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "log_head" ADD COLUMN "hash" "bytea";--> statement-breakpoint
ALTER TABLE "log_head" ADD COLUMN "profiles_as_of" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "normalized_events" ADD COLUMN "profile_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "normalized_events" ADD COLUMN "voided_by" bigint;--> statement-breakpoint
ALTER TABLE "normalized_events" ADD COLUMN "changed_by" bigint;--> statement-breakpoint
ALTER TABLE "normalized_events" ADD COLUMN "same_as" bigint;--> statement-breakpoint
ALTER TABLE "processing_log" ADD COLUMN "details" text;--> statement-breakpoint
ALTER TABLE "processing_log" ADD COLUMN "job" bigint;--> statement-breakpoint
ALTER TABLE "processing_log" ADD COLUMN "digest" "bytea";--> statement-breakpoint
ALTER TABLE "processing_log" ADD COLUMN "hash" "bytea";--> statement-breakpoint
CREATE UNIQUE INDEX "profile_versions" ON "client_profiles" USING btree ("client","version");--> statement-breakpoint
CREATE INDEX "failures_by_code" ON "failure_problems" USING btree ("code","failure");--> statement-breakpoint
CREATE INDEX "running_jobs" ON "jobs" USING btree ("id") WHERE "jobs"."state" = 'RUNNING';--> statement-breakpoint
CREATE INDEX "scheduled_failures" ON "failed_events" USING btree ("next_attempt_at") WHERE "failed_events"."state" = 'SCHEDULED';--> statement-breakpoint
CREATE INDEX "voided_events" ON "normalized_events" USING btree ("voided_by") WHERE "normalized_events"."voided_by" is not null;--> statement-breakpoint
CREATE INDEX "log_of_job" ON "processing_log" USING btree ("job","action") WHERE "processing_log"."job" is not null;--> statement-breakpoint
CREATE INDEX "log_of_acts" ON "processing_log" USING btree ("seq") WHERE "processing_log"."action" not in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED');--> statement-breakpoint
CREATE INDEX "quarters_of_series" ON "rollups" USING btree ("client","metric","unit") WHERE "rollups"."grain_minutes" = 15;