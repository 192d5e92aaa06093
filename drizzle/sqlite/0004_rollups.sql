CREATE TABLE `rollup_deltas` (
	`bucket_us` integer NOT NULL,
	`client` text NOT NULL,
	`metric` text NOT NULL,
	`unit` text NOT NULL,
	`count` integer NOT NULL,
	`sum` text NOT NULL,
	`min` text NOT NULL,
	`max` text NOT NULL,
	`late` integer NOT NULL,
	`revision` integer NOT NULL,
	`bins` blob NOT NULL,
	PRIMARY KEY(`revision`, `bucket_us`, `client`, `metric`, `unit`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `proof_of_deltas` ON `rollup_deltas` (`revision`);--> statement-breakpoint
DROP TABLE `rollups`;--> statement-breakpoint
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
	`late` integer NOT NULL,
	`revision` integer NOT NULL,
	`bins` blob NOT NULL,
	PRIMARY KEY(`grain_minutes`, `bucket_us`, `client`, `metric`, `unit`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `proof_of_rollups` ON `rollups` (`revision`);--> statement-breakpoint
INSERT INTO `meta` (`name`, `value`) SELECT 'rollups_due', '1' WHERE EXISTS (SELECT 1 FROM `normalized_events`);
