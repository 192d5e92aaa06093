CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text,
	`scopes` text NOT NULL,
	`clients` text,
	`secret_hash` text NOT NULL,
	`previous_hash` text,
	`previous_until_us` integer,
	`created_at_us` integer NOT NULL,
	`created_by` text,
	`expires_at_us` integer,
	`rotated_at_us` integer,
	`revoked_at_us` integer,
	`revoked_by` text,
	`last_used_at_us` integer,
	`made` integer NOT NULL,
	`revision` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_by_age` ON `tokens` (`made`);--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_by_change` ON `tokens` (`revision`);--> statement-breakpoint
CREATE INDEX `proof_of_tokens` ON `tokens` (`secret_hash`,`scopes`,`clients`,`expires_at_us`,`revoked_at_us`);