CREATE TABLE "rollup_deltas" (
	"bucket" timestamp with time zone NOT NULL,
	"client" text COLLATE "C" NOT NULL,
	"metric" text COLLATE "C" NOT NULL,
	"unit" text COLLATE "C" NOT NULL,
	"count" bigint NOT NULL,
	"sum" numeric NOT NULL,
	"min" numeric NOT NULL,
	"max" numeric NOT NULL,
	"late" bigint NOT NULL,
	"revision" bigint NOT NULL,
	"bins" "bytea" NOT NULL,
	CONSTRAINT "rollup_deltas_revision_bucket_client_metric_unit_pk" PRIMARY KEY("revision","bucket","client","metric","unit")
);
--> statement-breakpoint
SELECT FROM "log_head" FOR UPDATE;--> statement-breakpoint
DROP INDEX "quarters_of_series";--> statement-breakpoint
TRUNCATE "rollups";--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "late" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "revision" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "bins" "bytea" NOT NULL;--> statement-breakpoint
INSERT INTO "meta" ("name", "value") SELECT 'rollups_due', '1' WHERE EXISTS (SELECT 1 FROM "normalized_events");
