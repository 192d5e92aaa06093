CREATE TABLE `client_profiles` (
	`seq` integer PRIMARY KEY NOT NULL,
	`client` text NOT NULL,
	`version` integer NOT NULL,
	`profile` text,
	`at_us` integer NOT NULL,
	`by` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `profile_versions` ON `client_profiles` (`client`,`version`);--> statement-breakpoint
CREATE TABLE `failure_problems` (
	`failure` integer NOT NULL,
	`code` text NOT NULL,
	`path` text NOT NULL,
	PRIMARY KEY(`failure`, `code`, `path`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `failures_by_code` ON `failure_problems` (`code`,`failure`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`plan` text NOT NULL,
	`by` text,
	`total` integer NOT NULL,
	`looked` integer NOT NULL,
	`position` integer NOT NULL,
	`started_at_us` integer NOT NULL,
	`ended_at_us` integer,
	`error` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `running_jobs` ON `jobs` (`id`) WHERE "jobs"."state" = 'RUNNING';--> statement-breakpoint
CREATE INDEX `proof_of_jobs` ON `jobs` (`looked`,`position`);--> statement-breakpoint
INSERT OR IGNORE INTO `failure_problems` (`failure`, `code`, `path`)
SELECT `failed_events`.`id`, json_extract(`problem`.`value`, '$.code'), ifnull(json_extract(`problem`.`value`, '$.path'), '')
FROM `failed_events`, json_each(`failed_events`.`problems`) AS `problem`;--> statement-breakpoint
DROP TABLE `failure_codes`;--> statement-breakpoint
DROP INDEX `identity_by_key`;--> statement-breakpoint
DROP INDEX `identity_by_content`;--> statement-breakpoint
ALTER TABLE `normalized_events` ADD `profile_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `normalized_events` ADD `voided_by` integer;--> statement-breakpoint
ALTER TABLE `normalized_events` ADD `changed_by` integer;--> statement-breakpoint
ALTER TABLE `normalized_events` ADD `same_as` integer;--> statement-breakpoint
CREATE INDEX `voided_events` ON `normalized_events` (`voided_by`) WHERE "normalized_events"."voided_by" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `identity_by_key` ON `normalized_events` (`client`,`idempotency_key`) WHERE "normalized_events"."idempotency_key" is not null and "normalized_events"."same_as" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `identity_by_content` ON `normalized_events` (`timestamp_us`,`fingerprint`) WHERE "normalized_events"."idempotency_key" is null and "normalized_events"."same_as" is null;--> statement-breakpoint
ALTER TABLE `failed_events` ADD `attempts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `failed_events` ADD `next_attempt_at_us` integer;--> statement-breakpoint
ALTER TABLE `failed_events` ADD `reason` text;--> statement-breakpoint
CREATE INDEX `scheduled_failures` ON `failed_events` (`next_attempt_at_us`) WHERE "failed_events"."state" = 'SCHEDULED';--> statement-breakpoint
ALTER TABLE `processing_log` ADD `details` text;--> statement-breakpoint
ALTER TABLE `processing_log` ADD `job` integer;--> statement-breakpoint
ALTER TABLE `processing_log` ADD `digest` blob;--> statement-breakpoint
ALTER TABLE `processing_log` ADD `hash` blob;--> statement-breakpoint
CREATE INDEX `log_of_job` ON `processing_log` (`job`,`action`) WHERE "processing_log"."job" is not null;--> statement-breakpoint
CREATE INDEX `log_of_acts` ON `processing_log` (`seq`) WHERE "processing_log"."action" not in ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED');--> statement-breakpoint
CREATE INDEX `proof_of_leases` ON `leases` (`leased_until_us`,`fence`,`attempts`);--> statement-breakpoint
CREATE INDEX `proof_of_meta` ON `meta` (`value`);