// What the demo takes for granted about its own events: a spelling means its sale, and garbage has the problems it is
// said to have. Read by the server's own reader, so that a difference in a run is never the demo's doing.
import { expect, test } from "vitest";
import { normalize } from "../domain/normalize.ts";
import { defaultProfile } from "../domain/profile.ts";
import { textOf } from "./exact.ts";
import { ambiguousEvent, type Garbage, garbage, garbageKinds, nobodysGarbage } from "./garbage.ts";
import { createRandom } from "./random.ts";
import { createSale, type Sale } from "./sale.ts";
import { plainEvent, respelledEvent } from "./spelling.ts";

const today = Date.UTC(2026, 10, 22);
const random = createRandom(1);
const newSale = (): Sale => createSale(random, { client: "demo-test-till-1", key: null, today });
const read = (event: Garbage["event"]) => normalize(event, { profile: defaultProfile, nowUs: today * 1000 });

test("every spelling of a sale is read as that sale", () => {
  for (let round = 0; round < 20_000; round += 1) {
    const sale = newSale();
    const expected = {
      client: sale.client,
      metric: sale.metric,
      unit: sale.unit,
      amount: textOf(sale.amount),
      atMs: sale.at,
    };
    for (const event of [plainEvent(sale), respelledEvent(random, sale)]) {
      const { kind, facts } = read(event);
      const { timestamp, ...rest } = facts;
      expect({ kind, event, ...rest, atMs: Date.parse(timestamp ?? "") }).toEqual({
        kind: "event",
        event,
        ...expected,
      });
    }
  }
});

test("every kind of garbage has exactly the problems that it is said to have", () => {
  const of = { sale: newSale(), serial: "no. 1" };
  const kinds = (count: number, make: (kind: number) => Garbage): readonly Garbage[] =>
    Array.from({ length: count }, (_, kind) => make(kind));
  const all = [
    ...kinds(garbageKinds.known, (kind) => garbage(kind, of)),
    ...kinds(garbageKinds.ambiguous, (kind) => ambiguousEvent(kind, of)),
    ...kinds(garbageKinds.nobody, (kind) => nobodysGarbage(kind, of)),
  ];
  for (const { event, problems } of all) {
    const result = read(event);
    const codes = result.kind === "invalid" ? result.problems.map(({ code }) => code).sort() : [];
    expect({ event, codes }).toEqual({ event, codes: problems });
    expect(JSON.stringify(event)).toContain("no. 1");
  }
});
