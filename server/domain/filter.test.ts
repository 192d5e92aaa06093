import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "./filter.ts";

const log = { list: "log", databaseId: "db1" } as const;

test("a cursor leads back to its position", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (position) => decodeCursor(encodeCursor({ ...log, position }), log) === position),
  );
});

test("a cursor of another list or database is refused", () => {
  const cursor = encodeCursor({ ...log, position: 7 });
  expect(() => decodeCursor(cursor, { ...log, list: "events" })).toThrow("belongs to the list of log");
  expect(() => decodeCursor(cursor, { ...log, databaseId: "db2" })).toThrow("belongs to another database");
});

test("a position is a whole number that can be told exactly, also in a cursor that somebody has made", () => {
  for (const position of [1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
    expect(() => decodeCursor(encodeCursor({ ...log, position }), log)).toThrow("is broken");
});

test("an empty, foreign or damaged cursor is refused, whatever was changed", () => {
  const cursor = encodeCursor({ ...log, position: 1234 });
  for (const broken of ["", " ", "MTIz", "🙂", `${cursor}=`, ` ${cursor}`, cursor.slice(0, -1)])
    expect(() => decodeCursor(broken, log)).toThrow("is broken");
  fc.assert(
    fc.property(fc.nat(cursor.length - 1), fc.constantFrom(..."ABCabc019-_"), (at, letter) => {
      const changed = cursor.slice(0, at) + letter + cursor.slice(at + 1);
      if (changed !== cursor) expect(() => decodeCursor(changed, log)).toThrow("The cursor is broken");
    }),
  );
});
