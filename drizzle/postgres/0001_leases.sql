CREATE SEQUENCE "lease_fence" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "leases" (
	"kind" text COLLATE "C" NOT NULL,
	"item" text COLLATE "C" NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"leased_until" timestamp with time zone,
	"fence" bigint NOT NULL,
	"attempts" integer NOT NULL,
	CONSTRAINT "leases_kind_item_pk" PRIMARY KEY("kind","item")
);
--> statement-breakpoint
CREATE INDEX "work_by_due" ON "leases" USING btree ("kind","due_at");