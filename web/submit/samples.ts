// Events to try, each of which teaches one thing. Their times are those of the page's start: a sample is new when it
// is first sent and the same event ever after.

export interface Sample {
  readonly name: string;
  readonly lesson: string;
  readonly event: unknown;
  readonly idempotencyKey?: string;
}

/** The samples of a page that was opened at `startedAt`. */
export const createSamples = (startedAt: number): readonly Sample[] => {
  const second = Math.floor(startedAt / 1_000) - 60;
  const timestamp = new Date(second * 1_000).toISOString().replace(".000Z", "Z");
  const basic = { client: "northwind", metric: "sale", amount: "1200.50", unit: "EUR", timestamp };
  const otherSpelling = {
    Source: "northwind",
    payload: { type: "sale", value: "1,200.50", ts: second },
    currency: "eur",
  };
  const keyed = { client: "northwind", metric: "order", amount: 80, unit: "EUR", timestamp };
  const idempotencyKey = `order-${second}`;
  const ambiguous = { client: "northwind", metric: "sale", amount: "1,200", timestamp };
  const garbage = { hello: "world", amount: "12abc", timestamp: "2026-02-30" };
  return [
    { name: "Basic", lesson: "New the first time. Send it again: a duplicate, counted once.", event: basic },
    {
      name: "Other spelling",
      lesson: "The basic event with other names, another number format and an epoch time: the same event.",
      event: otherSpelling,
    },
    {
      name: "Duplicate",
      lesson: "The basic event again, as a client sends it that got no answer. However often: counted once.",
      event: basic,
    },
    {
      name: "With a key",
      lesson: "The key, not the content, says what is the same event.",
      event: keyed,
      idempotencyKey,
    },
    {
      name: "Same key, other amount",
      lesson: "Send “With a key” first: then this is a conflict, and nothing is overwritten.",
      event: { ...keyed, amount: 85 },
      idempotencyKey,
    },
    { name: "Ambiguous number", lesson: "1,200 may be 1200 or 1.2. It is refused, never guessed.", event: ambiguous },
    { name: "Garbage", lesson: "All its problems come back at once.", event: garbage },
    {
      name: "Batch",
      lesson: "An array is a batch: each event gets its own answer, a bad one harms no neighbour.",
      event: [{ ...basic, metric: "visit", amount: 1 }, basic, otherSpelling, ambiguous, garbage],
    },
  ];
};

/** The text of a sample as the editor shows it. */
export const printSample = (sample: Sample): string => JSON.stringify(sample.event, null, 2);
