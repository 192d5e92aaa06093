DROP INDEX `identity_by_key`;--> statement-breakpoint
DROP INDEX `identity_by_content`;--> statement-breakpoint
ALTER TABLE `normalized_events` ADD `same_as` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `identity_by_key` ON `normalized_events` (`client`,`idempotency_key`) WHERE "normalized_events"."idempotency_key" is not null and "normalized_events"."same_as" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `identity_by_content` ON `normalized_events` (`timestamp_us`,`fingerprint`) WHERE "normalized_events"."idempotency_key" is null and "normalized_events"."same_as" is null;