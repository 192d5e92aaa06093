CREATE TABLE "activity" (
	"minute" timestamp with time zone PRIMARY KEY NOT NULL,
	"received" bigint NOT NULL,
	"accepted" bigint NOT NULL,
	"duplicates" bigint NOT NULL,
	"conflicts" bigint NOT NULL,
	"rejected" bigint NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
SELECT FROM "log_head" FOR UPDATE;--> statement-breakpoint
INSERT INTO "activity" ("minute", "received", "accepted", "duplicates", "conflicts", "rejected")
SELECT date_bin('1 minute', "at", '1970-01-01 00:00:00+00'), count(*),
	count(*) FILTER (WHERE "action" = 'ACCEPTED'), count(*) FILTER (WHERE "action" = 'DUPLICATE'),
	count(*) FILTER (WHERE "action" = 'CONFLICT'), count(*) FILTER (WHERE "action" = 'REJECTED')
FROM "processing_log" WHERE "action" IN ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED') GROUP BY 1;
