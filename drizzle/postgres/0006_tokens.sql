CREATE TABLE "tokens" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C",
	"scopes" text NOT NULL,
	"clients" text COLLATE "C",
	"secret_hash" text NOT NULL,
	"previous_hash" text,
	"previous_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text COLLATE "C",
	"expires_at" timestamp with time zone,
	"rotated_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"revoked_by" text COLLATE "C",
	"last_used_at" timestamp with time zone,
	"made" bigint NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "tokens_by_age" ON "tokens" USING btree ("made");--> statement-breakpoint
CREATE UNIQUE INDEX "tokens_by_change" ON "tokens" USING btree ("revision");