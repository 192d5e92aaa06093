CREATE TABLE `webhook_attempts` (
	`endpoint` integer NOT NULL,
	`number` integer NOT NULL,
	`delivery` integer NOT NULL,
	`at_us` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`result` text NOT NULL,
	`status` integer,
	`error` text,
	`response` text,
	PRIMARY KEY(`endpoint`, `number`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `attempts_of_delivery` ON `webhook_attempts` (`endpoint`,`delivery`);--> statement-breakpoint
CREATE INDEX `proof_of_webhook_attempts` ON `webhook_attempts` (`delivery`,`at_us`,`duration_ms`,`result`,`status`,`error`,`response`);--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`endpoint` integer NOT NULL,
	`number` integer NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`code` text,
	`state` text NOT NULL,
	`count` integer NOT NULL,
	`from_seq` integer NOT NULL,
	`to_seq` integer NOT NULL,
	`from_at_us` integer NOT NULL,
	`to_at_us` integer NOT NULL,
	`closes_at_us` integer NOT NULL,
	`entries` text NOT NULL,
	`tries` integer NOT NULL,
	`settled_at_us` integer,
	PRIMARY KEY(`endpoint`, `number`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `delivery_by_id` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE INDEX `unsent_deliveries` ON `webhook_deliveries` (`endpoint`,`number`) WHERE "webhook_deliveries"."state" in ('COLLECTING', 'WAITING');--> statement-breakpoint
CREATE INDEX `proof_of_webhook_deliveries` ON `webhook_deliveries` (`kind`,`code`,`state`,`count`,`from_seq`,`to_seq`,`from_at_us`,`to_at_us`,`closes_at_us`,`entries`,`tries`,`settled_at_us`);--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`kinds` text NOT NULL,
	`clients` text,
	`window_seconds` integer NOT NULL,
	`secrets` text NOT NULL,
	`created_at_us` integer NOT NULL,
	`disabled_because` text,
	`disabled_at_us` integer,
	`reason` text,
	`cursor` integer NOT NULL,
	`last_delivery` integer NOT NULL,
	`last_attempt` integer NOT NULL,
	`next_attempt_at_us` integer,
	`failing_since_us` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `proof_of_webhook_endpoints` ON `webhook_endpoints` (`name`,`url`,`kinds`,`clients`,`window_seconds`,`secrets`,`created_at_us`,`disabled_because`,`disabled_at_us`,`reason`,`cursor`,`last_delivery`,`last_attempt`,`next_attempt_at_us`,`failing_since_us`);