// The figures of a queue that events are taken from.
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Outcome } from "../domain/event.ts";

/** What is read whenever the metrics are. */
export interface IntakeFigures {
  readonly isConnected: () => boolean;
  /** Messages that the queue still holds. */
  readonly waiting: () => number;
}

export interface IntakeMetrics {
  countAcknowledged(outcome: Outcome): void;
  countReleased(messages: number): void;
  countRedelivered(): void;
  /** How long ago it was published when it was committed. */
  observeAge(seconds: number): void;
}

export const createIntakeMetrics = (registry: Registry, { isConnected, waiting }: IntakeFigures): IntakeMetrics => {
  const registers = [registry];
  const acknowledged = new Counter({
    name: "surecount_intake_acknowledged_total",
    help: "Messages of the queue dealt with, by the outcome of their events.",
    labelNames: ["outcome"],
    registers,
  });
  const released = new Counter({
    name: "surecount_intake_released_total",
    help: "Messages given back to the queue, because they could not be committed or the server ended.",
    registers,
  });
  const redelivered = new Counter({
    name: "surecount_intake_redelivered_total",
    help: "Messages that the queue did not deliver for the first time.",
    registers,
  });
  const age = new Histogram({
    name: "surecount_intake_age_seconds",
    help: "Time from the publishing of a message to the commit of its event.",
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3_600, 86_400],
    registers,
  });
  const addGauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  };
  addGauge("surecount_intake_connected", "1 while messages are taken from the queue, 0 while it cannot be used.", () =>
    Number(isConnected()),
  );
  addGauge("surecount_intake_waiting_messages", "Messages that the queue still holds, as far as it has said.", waiting);
  return {
    countAcknowledged: (outcome) => acknowledged.inc({ outcome }),
    countReleased: (messages) => released.inc(messages),
    countRedelivered: () => redelivered.inc(),
    observeAge: (seconds) => age.observe(seconds),
  };
};
