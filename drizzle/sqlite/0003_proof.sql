CREATE INDEX `proof_of_jobs` ON `jobs` (`looked`,`position`);--> statement-breakpoint
CREATE INDEX `proof_of_leases` ON `leases` (`leased_until_us`,`fence`,`attempts`);--> statement-breakpoint
CREATE INDEX `proof_of_meta` ON `meta` (`value`);