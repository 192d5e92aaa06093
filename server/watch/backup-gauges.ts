// The backups that servers make by themselves, as Prometheus reads them. There only where some are asked for.
import { Counter, Gauge, type Registry } from "prom-client";
import type { BackupFigures } from "./backups.ts";

/** Adds them to what is read. */
export const addBackups = (registry: Registry, figures: () => Promise<BackupFigures | null>): void => {
  const registers = [registry];
  const addGauge = (name: string, help: string, read: (figures: BackupFigures) => number | null): void => {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        const known = await figures();
        const value = known === null ? null : read(known);
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  };
  addGauge(
    "surecount_backup_newest_timestamp_seconds",
    "When the newest backup was begun that is there, in seconds since 1970.",
    ({ newestAtUs }) => (newestAtUs === null ? null : newestAtUs / 1_000_000),
  );
  addGauge("surecount_backup_newest_bytes", "What the newest backup takes.", ({ sizeBytes }) => sizeBytes);
  addGauge("surecount_backups_kept", "Backups that are there.", ({ count }) => count);
  addGauge(
    "surecount_backup_last_duration_seconds",
    "How long the last backup took that this server made.",
    ({ durationSeconds }) => durationSeconds,
  );
  new Counter({
    name: "surecount_backup_attempts_total",
    help: "Backups that this server was to make, by what came of it.",
    labelNames: ["result"],
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      this.inc({ result: "made" }, known?.made ?? 0);
      this.inc({ result: "failed" }, known?.failures ?? 0);
    },
  });
};
