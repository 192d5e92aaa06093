import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { gatherWrites } from "./gather.ts";

test("what is written in a turn is written at once, and later turns are not held back", async () => {
  const calls: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      calls.push(chunk);
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => chunk).join());
      done();
    },
  });
  for (const chunk of ["a", "b", "c"]) {
    gatherWrites(socket);
    socket.write(chunk);
  }
  expect(calls).toEqual([]);
  await new Promise(setImmediate);
  socket.write("d");
  expect(calls).toEqual(["a,b,c", "d"]);
});
