CREATE TABLE `rollup_days` (
	`day_us` integer PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `proof_of_days` ON `rollup_days` (`revision`);