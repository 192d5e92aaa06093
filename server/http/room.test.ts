import { expect, test } from "vitest";
import { createRoom } from "./room.ts";

test("where there is no room any more, what began first gives way, and no more than need be", () => {
  const room = createRoom(100);
  const gone: string[] = [];
  const enter = (name: string) => room.enter(() => gone.push(name));
  const [first, second, third] = [enter("first"), enter("second"), enter("third")];
  first.add(40);
  second.add(40);
  third.add(20);
  expect(gone).toEqual([]);
  third.add(30);
  expect(gone).toEqual(["first"]);
  first.add(1_000);
  expect(gone).toEqual(["first"]);
  third.add(60);
  expect(gone).toEqual(["first", "second"]);
});

test("what has arrived leaves its room to others", () => {
  const room = createRoom(100);
  const gone: string[] = [];
  for (let message = 0; message < 10; message++) {
    const place = room.enter(() => gone.push("one"));
    place.add(90);
    place.leave();
    place.leave();
  }
  expect(gone).toEqual([]);
});
