CREATE TABLE `leases` (
	`kind` text NOT NULL,
	`item` text NOT NULL,
	`due_at_us` integer NOT NULL,
	`leased_until_us` integer,
	`fence` integer NOT NULL,
	`attempts` integer NOT NULL,
	PRIMARY KEY(`kind`, `item`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `work_by_due` ON `leases` (`kind`,`due_at_us`);