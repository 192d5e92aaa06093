CREATE TABLE "counters" (
	"client" text COLLATE "C" PRIMARY KEY NOT NULL,
	"received" bigint NOT NULL,
	"accepted" bigint NOT NULL,
	"duplicates" bigint NOT NULL,
	"conflicts" bigint NOT NULL,
	"rejected" bigint NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE TABLE "event_identities" (
	"seq" bigint NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"client" text COLLATE "C",
	"idempotency_key" text COLLATE "C",
	"timestamp" timestamp with time zone NOT NULL,
	"fingerprint" bytea NOT NULL
);
--> statement-breakpoint
CREATE TABLE "failed_events" (
	"id" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"client" text COLLATE "C",
	"idempotency_key" text COLLATE "C",
	"identity" bytea NOT NULL,
	"raw" text NOT NULL,
	"problems" text NOT NULL,
	"times_seen" bigint NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"resolved_by" bigint
);
--> statement-breakpoint
CREATE TABLE "failure_codes" (
	"code" text NOT NULL,
	"failure" bigint NOT NULL,
	CONSTRAINT "failure_codes_code_failure_pk" PRIMARY KEY("code","failure")
);
--> statement-breakpoint
CREATE TABLE "log_head" (
	"id" integer PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE TABLE "meta" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "normalized_events" (
	"seq" bigint NOT NULL,
	"client" text COLLATE "C" NOT NULL,
	"metric" text COLLATE "C" NOT NULL,
	"unit" text COLLATE "C",
	"amount" numeric NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"timestamp_ns" integer NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"fingerprint" bytea NOT NULL,
	"idempotency_key" text COLLATE "C",
	"warnings" text,
	CONSTRAINT "normalized_events_seq_received_at_pk" PRIMARY KEY("seq","received_at")
) PARTITION BY RANGE ("received_at");
--> statement-breakpoint
CREATE TABLE "processing_log" (
	"seq" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"action" text NOT NULL,
	"client" text COLLATE "C",
	"event" bigint,
	"event_received_at" timestamp with time zone,
	"failure" bigint,
	"differences" text,
	CONSTRAINT "processing_log_seq_at_pk" PRIMARY KEY("seq","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "raw_events" (
	"seq" bigint NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"raw" text NOT NULL,
	CONSTRAINT "raw_events_seq_received_at_pk" PRIMARY KEY("seq","received_at")
) PARTITION BY RANGE ("received_at");
--> statement-breakpoint
CREATE TABLE "rollups" (
	"grain_minutes" integer NOT NULL,
	"bucket" timestamp with time zone NOT NULL,
	"client" text COLLATE "C" NOT NULL,
	"metric" text COLLATE "C" NOT NULL,
	"unit" text COLLATE "C" NOT NULL,
	"count" bigint NOT NULL,
	"sum" numeric NOT NULL,
	"min" numeric NOT NULL,
	"max" numeric NOT NULL,
	CONSTRAINT "rollups_grain_minutes_bucket_client_metric_unit_pk" PRIMARY KEY("grain_minutes","bucket","client","metric","unit")
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE UNIQUE INDEX "identity_by_key" ON "event_identities" USING btree ("client","idempotency_key") WHERE "event_identities"."idempotency_key" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "identity_by_content" ON "event_identities" USING btree ("timestamp","fingerprint") WHERE "event_identities"."idempotency_key" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "failure_identity" ON "failed_events" USING btree ("identity");--> statement-breakpoint
CREATE INDEX "open_failures" ON "failed_events" USING btree ("client","idempotency_key") WHERE "failed_events"."state" = 'OPEN';--> statement-breakpoint
CREATE INDEX "events_by_time" ON "normalized_events" USING btree ("timestamp");--> statement-breakpoint
CREATE INDEX "events_by_client" ON "normalized_events" USING btree ("client","seq");--> statement-breakpoint
CREATE INDEX "log_of_event" ON "processing_log" USING btree ("event") WHERE "processing_log"."event" <> "processing_log"."seq";--> statement-breakpoint
CREATE INDEX "log_of_failure" ON "processing_log" USING btree ("failure") WHERE "processing_log"."failure" is not null;--> statement-breakpoint
INSERT INTO "log_head" ("id", "seq", "at") VALUES (1, 0, '1970-01-01 00:00:00+00');
