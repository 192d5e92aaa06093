CREATE TABLE "system_history" (
	"step_seconds" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"server" text COLLATE "C" NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"figures" text NOT NULL,
	CONSTRAINT "system_history_step_seconds_at_server_started_at_pk" PRIMARY KEY("step_seconds","at","server","started_at")
);
