import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import type { Prepared } from "../domain/event.ts";
import { createProfileBook } from "../domain/profile-book.ts";
import { createIngest } from "../pipeline/ingest.ts";
import { inGroups, readMessage } from "./message.ts";

const MAX_BYTES = 2_097_152;
const event = { client: "kiosk", metric: "sale", amount: 10, timestamp: "2026-01-31T12:00:00Z" };

const read = (body: string | Uint8Array, ...idempotencyKeys: readonly string[]) =>
  readMessage({ body: typeof body === "string" ? Buffer.from(body) : body, idempotencyKeys }, MAX_BYTES);

const notAsked = () => Promise.reject(new AppError("INTERNAL", "not asked"));

/** What goes to the commit for a message. */
const prepared = async (...message: Parameters<typeof read>): Promise<Prepared> => {
  const events: Prepared[] = [];
  const { ingest } = createIngest({
    committer: {
      commit: async (given) => {
        events.push(...given);
        return { kind: "committed", results: [] };
      },
    },
    storage: { match: notAsked, perform: notAsked },
    profiles: { book: createProfileBook([], 0), refresh: notAsked },
    now: () => Date.UTC(2026, 1, 1) * 1000,
    faultsAllowed: false,
    log: { error: notAsked },
  });
  await ingest([read(...message)]);
  if (events[0] === undefined) throw new Error("Nothing was committed.");
  return events[0];
};

const rejected = async (...message: Parameters<typeof read>) => {
  const event = await prepared(...message);
  if (event.kind !== "invalid") throw new Error("The message is an event.");
  return { ...event, problems: event.problems.map(({ code, message }) => `${code}: ${message}`) };
};

test("a message is read as the body of a request is", () => {
  const text = '\ufeff{"amount": 9007199254740993, "a": 1, "a": 2, "__proto__": {}}';
  expect(read(text)).toEqual({ raw: JSON.parse(text.slice(1)), idempotencyKey: null });
  expect(read(JSON.stringify(event), "7")).toEqual({ raw: event, idempotencyKey: "7" });
  expect(read("[1]")).toEqual({ raw: [1], idempotencyKey: null });
});

test.each([
  ["", "the message is not JSON"],
  ["client=a", "the message is not JSON"],
  ['{"client":"a"', "the message is not JSON"],
  ["NaN", "the message is not JSON"],
  [" null ", "the message is null"],
])("%j is rejected and kept as the text that it is", async (body, reason) => {
  expect(await rejected(body)).toMatchObject({
    rawText: JSON.stringify(body),
    client: null,
    problems: [`NOT_AN_OBJECT: An event must be a JSON object: ${reason}.`],
  });
});

test("bytes that are not UTF-8 are kept one by one", async () => {
  const [one, other] = [Buffer.from('{"client":"Müller"}', "latin1"), Buffer.from('{"client":"Möller"}', "latin1")];
  const failure = await rejected(one);
  expect(failure.rawText).toBe(JSON.stringify('{"client":"Müller"}'));
  expect(failure.problems).toEqual(["NOT_AN_OBJECT: An event must be a JSON object: the message is not UTF-8."]);
  expect((await rejected(other)).identity).not.toBe(failure.identity);
});

test("an event that is too large is rejected like any other, and what is larger than a request is not even read", async () => {
  const large = JSON.stringify({ ...event, note: "x".repeat(300_000) });
  expect(await rejected(large)).toMatchObject({
    client: "kiosk",
    problems: [expect.stringMatching(/^TOO_LARGE/)],
  });
  const huge = await rejected(JSON.stringify({ ...event, note: "x".repeat(MAX_BYTES) }));
  expect(huge).toMatchObject({
    client: null,
    problems: [
      expect.stringMatching(/^NOT_AN_OBJECT: .* more than 2097152 bytes/),
      expect.stringMatching(/^TOO_LARGE/),
    ],
  });
  expect(huge.rawText.length).toBeLessThan(300_000);
});

test.each([
  [[""], "EMPTY_TEXT: The idempotency key is empty."],
  [["k".repeat(256)], "TEXT_TOO_LONG: The idempotency key is longer than 255 characters."],
  [["a\ufffd"], "ILL_FORMED_TEXT: The idempotency key is not well-formed Unicode."],
  [["a", "b"], "ALIAS_CONFLICT: The event came with several idempotency keys."],
])("an event with the keys %j is rejected, not counted without a key", async (keys, problem) => {
  expect(await rejected(JSON.stringify(event), ...keys)).toMatchObject({
    ...{ client: "kiosk", idempotencyKey: null, rawText: JSON.stringify(event) },
    problems: [problem],
  });
});

test("a key that is given twice is one key", () => {
  expect(read("{}", "a", "a")).toEqual({ raw: {}, idempotencyKey: "a" });
});

test("two events that unusable keys tell apart are two failures, and none of them the event without a key", async () => {
  const text = JSON.stringify({ ...event, amount: "?" });
  const identities = await Promise.all(
    [["k".repeat(256)], ["l".repeat(256)], ["k".repeat(256)], []].map(
      async (keys) => (await rejected(text, ...keys)).identity,
    ),
  );
  expect(new Set(identities).size).toBe(3);
  expect(identities[0]).toBe(identities[2]);
});

test("groups keep the order and the limits, and what is over a limit comes alone", () => {
  const messages = [3, 3, 3, 9, 1, 1, 1].map((length) => ({ body: new Uint8Array(length) }));
  const lengths = inGroups(messages, { maxMessages: 2, maxBytes: 6 }).map((group) =>
    group.map(({ body }) => body.length),
  );
  expect(lengths).toEqual([[3, 3], [3], [9], [1, 1], [1]]);
  expect(inGroups([], { maxMessages: 2, maxBytes: 6 })).toEqual([]);
});
