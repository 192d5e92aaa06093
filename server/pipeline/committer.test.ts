import { expect, test } from "vitest";
import { AppError } from "../domain/error.ts";
import type { Prepared, Result } from "../domain/event.ts";
import type { AppendOptions, Storage } from "../storage/storage.ts";
import { createCommitter } from "./committer.ts";

const events = (...names: string[]) => names.map((rawText) => ({ rawText })) as unknown as Prepared[];

/** A storage that answers with each event's own text, one group after the other. */
const recording = (refuse: (group: readonly string[]) => unknown = () => undefined) => {
  const groups: (readonly string[])[] = [];
  const append: Storage["append"] = async (group, options: AppendOptions = {}) => {
    const names = group.map(({ rawText }) => rawText);
    groups.push(names);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const error = refuse(names);
    if (error !== undefined) throw error;
    return {
      kind: options.atomic ? "refused" : "committed",
      results: names as unknown as Result[],
    };
  };
  const woken: unknown[] = [];
  const committer = createCommitter({
    storage: { append },
    onCommit: (results) => woken.push(results),
    maxWaiting: 10,
    maxWaitingLength: 4_000,
    maxGroup: 4,
    maxGroupLength: 1_000,
  });
  return { committer, groups, woken };
};

test("whatever waits is committed together, and each caller gets its own answer", async () => {
  const { committer, groups, woken } = recording();
  const answers = await Promise.all([
    committer.commit(events("a")),
    committer.commit(events("b", "c")),
    committer.commit(events("d")),
  ]);
  expect(answers.map(({ results }) => results)).toEqual([["a"], ["b", "c"], ["d"]]);
  expect(groups).toEqual([["a", "b", "c", "d"]]);
  expect(woken).toHaveLength(1);
});

test("groups keep the order of arrival and do not grow beyond their limit, a large batch apart", async () => {
  const { committer, groups } = recording();
  await Promise.all(
    [events("a", "b", "c"), events("d", "e"), events("f", "g", "h", "i", "j")].map((some) => committer.commit(some)),
  );
  expect(groups).toEqual([
    ["a", "b", "c"],
    ["d", "e"],
    ["f", "g", "h", "i", "j"],
  ]);
});

test("groups do not grow beyond the length of what they carry either, one large event apart", async () => {
  const { committer, groups } = recording();
  const [large, small] = ["x".repeat(999), "y"];
  await Promise.all(
    [events(small), events(small, large), events(`${large}${large}`), events(small)].map((some) =>
      committer.commit(some),
    ),
  );
  expect(groups.map((group) => group.length)).toEqual([1, 2, 1, 1]);
});

test("what may be undone is committed alone", async () => {
  const { committer, groups, woken } = recording();
  const answers = await Promise.all([
    committer.commit(events("a")),
    committer.commit(events("b"), { atomic: true }),
    committer.commit(events("c"), { fault: "AFTER_COMMIT" }),
    committer.commit(events("d")),
  ]);
  expect(groups).toEqual([["a"], ["b"], ["c"], ["d"]]);
  expect(answers[1]?.kind).toBe("refused");
  expect(woken).toHaveLength(3);
});

test("a caller whose events break the transaction does not spoil the others", async () => {
  const { committer, groups } = recording((group) => (group.includes("bad") ? new Error("broken") : undefined));
  const answers = await Promise.allSettled([
    committer.commit(events("a")),
    committer.commit(events("bad")),
    committer.commit(events("c")),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(groups).toEqual([["a", "bad", "c"], ["a"], ["bad"], ["c"]]);
});

test("where the database cannot write, all are told, and the next may try again", async () => {
  let isDown = true;
  const { committer, groups } = recording(() => (isDown ? new AppError("UNAVAILABLE", "locked") : undefined));
  const answers = await Promise.allSettled([committer.commit(events("a")), committer.commit(events("b"))]);
  expect(answers.map((answer) => answer.status === "rejected" && answer.reason.code)).toEqual([
    "UNAVAILABLE",
    "UNAVAILABLE",
  ]);
  expect(groups).toHaveLength(1);
  isDown = false;
  expect((await committer.commit(events("c"))).results).toEqual(["c"]);
});

test("those who wait behind a group that finds the database locked are told as well, and do not wait in their turn", async () => {
  const { committer, groups } = recording(() => new AppError("UNAVAILABLE", "locked"));
  const many = ["a", "b", "c"].map((name) => committer.commit(events(name, name, name)));
  const answers = await Promise.allSettled(many);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(groups).toHaveLength(1);
  await expect(committer.commit(events(..."abcdefghij"))).rejects.toMatchObject({ message: "locked" });
});

test("a full queue turns away what is new and says when to come back", async () => {
  const { committer } = recording();
  const first = committer.commit(events(..."abcdefgh"));
  await expect(committer.commit(events("x", "y", "z"))).rejects.toMatchObject({
    code: "UNAVAILABLE",
    retryAfterMs: 1000,
  });
  await first;
  expect((await committer.commit(events("x", "y", "z"))).results).toEqual(["x", "y", "z"]);
});

test("a queue is full as well where what waits is long, however few events it is", async () => {
  const { committer } = recording();
  const large = "x".repeat(1_500);
  const waiting = [committer.commit(events(large)), committer.commit(events(large))];
  await expect(committer.commit(events(large))).rejects.toMatchObject({ code: "UNAVAILABLE", retryAfterMs: 1000 });
  await Promise.all(waiting);
  // One that is longer than all that may wait is taken where nothing else does.
  expect((await committer.commit(events("y".repeat(5_000)))).results).toHaveLength(1);
  await Promise.all([committer.commit(events(large)), committer.commit(events(large))]);
});

test("draining waits for everything that was handed over", async () => {
  const { committer, groups } = recording();
  void committer.commit(events("a"));
  await committer.drain();
  expect(groups).toEqual([["a"]]);
});

test("where the database goes away while each is tried alone, the rest do not try it too", async () => {
  const unavailable = new AppError("UNAVAILABLE", "The database is away.");
  const { committer, groups } = recording((group) => {
    if (group.length === 4) return new Error("broken");
    return group[0] === "b" ? unavailable : undefined;
  });
  const answers = await Promise.allSettled(["a", "b", "c", "d"].map((name) => committer.commit(events(name))));
  expect(answers).toMatchObject([
    { status: "fulfilled", value: { results: ["a"] } },
    ...["b", "c", "d"].map(() => ({ status: "rejected", reason: unavailable })),
  ]);
  expect(groups).toEqual([["a", "b", "c", "d"], ["a"], ["b"]]);
  await committer.drain();
  expect((await committer.commit(events(..."efghijklmn"))).results).toHaveLength(10);
});
