CREATE TABLE `activity` (
	`minute_us` integer PRIMARY KEY NOT NULL,
	`received` integer NOT NULL,
	`accepted` integer NOT NULL,
	`duplicates` integer NOT NULL,
	`conflicts` integer NOT NULL,
	`rejected` integer NOT NULL
) STRICT;
--> statement-breakpoint
INSERT INTO `activity` (`minute_us`, `received`, `accepted`, `duplicates`, `conflicts`, `rejected`)
SELECT `at_us` - (`at_us` % 60000000 + 60000000) % 60000000, count(*),
	sum(`action` = 'ACCEPTED'), sum(`action` = 'DUPLICATE'), sum(`action` = 'CONFLICT'), sum(`action` = 'REJECTED')
FROM `processing_log` WHERE `action` IN ('ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED') GROUP BY 1;
