CREATE TABLE `system_history` (
	`step_seconds` integer NOT NULL,
	`at_us` integer NOT NULL,
	`server` text NOT NULL,
	`started_at_us` integer NOT NULL,
	`figures` text NOT NULL,
	PRIMARY KEY(`step_seconds`, `at_us`, `server`, `started_at_us`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `proof_of_system_history` ON `system_history` (`figures`);