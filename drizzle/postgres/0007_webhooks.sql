CREATE TABLE "webhook_attempts" (
	"endpoint" bigint NOT NULL,
	"number" bigint NOT NULL,
	"delivery" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"result" text NOT NULL,
	"status" integer,
	"error" text COLLATE "C",
	"response" text COLLATE "C",
	CONSTRAINT "webhook_attempts_endpoint_number_pk" PRIMARY KEY("endpoint","number")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"endpoint" bigint NOT NULL,
	"number" bigint NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"code" text,
	"state" text NOT NULL,
	"count" bigint NOT NULL,
	"from_seq" bigint NOT NULL,
	"to_seq" bigint NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"closes_at" timestamp with time zone NOT NULL,
	"entries" text NOT NULL,
	"tries" integer NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "webhook_deliveries_endpoint_number_pk" PRIMARY KEY("endpoint","number")
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"id" bigint PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"url" text COLLATE "C" NOT NULL,
	"kinds" text NOT NULL,
	"clients" text,
	"window_seconds" integer NOT NULL,
	"secrets" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"disabled_because" text,
	"disabled_at" timestamp with time zone,
	"reason" text COLLATE "C",
	"cursor" bigint NOT NULL,
	"last_delivery" bigint NOT NULL,
	"last_attempt" bigint NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"failing_since" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "attempts_of_delivery" ON "webhook_attempts" USING btree ("endpoint","delivery");--> statement-breakpoint
CREATE UNIQUE INDEX "delivery_by_id" ON "webhook_deliveries" USING btree ("id");--> statement-breakpoint
CREATE INDEX "unsent_deliveries" ON "webhook_deliveries" USING btree ("endpoint","number") WHERE "webhook_deliveries"."state" in ('COLLECTING', 'WAITING');