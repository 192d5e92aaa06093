CREATE TABLE "rollup_days" (
	"day" timestamp with time zone PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "days_by_revision" ON "rollup_days" USING btree ("revision");