CREATE TABLE `counters` (
	`client` text PRIMARY KEY NOT NULL,
	`received` integer NOT NULL,
	`accepted` integer NOT NULL,
	`duplicates` integer NOT NULL,
	`conflicts` integer NOT NULL,
	`rejected` integer NOT NULL,
	`last_seen_at_us` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `failed_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`client` text,
	`idempotency_key` text,
	`identity` blob NOT NULL,
	`raw` text NOT NULL,
	`problems` text NOT NULL,
	`times_seen` integer NOT NULL,
	`first_seen_at_us` integer NOT NULL,
	`last_seen_at_us` integer NOT NULL,
	`resolved_by` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `failure_identity` ON `failed_events` (`identity`);--> statement-breakpoint
CREATE INDEX `open_failures` ON `failed_events` (`client`,`idempotency_key`) WHERE "failed_events"."state" = 'OPEN';--> statement-breakpoint
CREATE TABLE `failure_codes` (
	`code` text NOT NULL,
	`failure` integer NOT NULL,
	PRIMARY KEY(`code`, `failure`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `meta` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `normalized_events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`client` text NOT NULL,
	`metric` text NOT NULL,
	`unit` text,
	`amount` text NOT NULL,
	`timestamp_us` integer NOT NULL,
	`timestamp_ns` integer NOT NULL,
	`received_at_us` integer NOT NULL,
	`fingerprint` blob NOT NULL,
	`idempotency_key` text,
	`warnings` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `identity_by_key` ON `normalized_events` (`client`,`idempotency_key`) WHERE "normalized_events"."idempotency_key" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `identity_by_content` ON `normalized_events` (`timestamp_us`,`fingerprint`) WHERE "normalized_events"."idempotency_key" is null;--> statement-breakpoint
CREATE INDEX `events_by_time` ON `normalized_events` (`timestamp_us`);--> statement-breakpoint
CREATE INDEX `events_by_client` ON `normalized_events` (`client`);--> statement-breakpoint
CREATE TABLE `processing_log` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at_us` integer NOT NULL,
	`action` text NOT NULL,
	`client` text,
	`event` integer,
	`failure` integer,
	`differences` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `log_of_event` ON `processing_log` (`event`) WHERE "processing_log"."event" <> "processing_log"."seq";--> statement-breakpoint
CREATE INDEX `log_of_failure` ON `processing_log` (`failure`) WHERE "processing_log"."failure" is not null;--> statement-breakpoint
CREATE TABLE `raw_events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`raw` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `rollups` (
	`grain_minutes` integer NOT NULL,
	`bucket_us` integer NOT NULL,
	`client` text NOT NULL,
	`metric` text NOT NULL,
	`unit` text NOT NULL,
	`count` integer NOT NULL,
	`sum` text NOT NULL,
	`min` text NOT NULL,
	`max` text NOT NULL,
	PRIMARY KEY(`grain_minutes`, `bucket_us`, `client`, `metric`, `unit`)
) STRICT, WITHOUT ROWID;
