import { expect, test } from "vitest";
import { createPlan, type Plan, type PlanOptions } from "./plan.ts";

const options: PlanOptions = {
  seed: 7,
  events: 400,
  clients: 8,
  run: "test",
  today: Date.UTC(2026, 10, 22),
  faults: true,
};

const deliveriesOf = ({ lanes }: Plan) => lanes.flatMap(({ steps }) => steps).flatMap(({ waves }) => waves.flat());
const scenariosOf = ({ lanes }: Plan) => new Set(lanes.flatMap(({ steps }) => steps.map(({ scenario }) => scenario)));

test("the same options give the same plan, another seed gives another one", () => {
  const plan = createPlan(options);
  expect(createPlan(options)).toEqual(plan);
  expect(createPlan({ ...options, seed: 8 })).not.toEqual(plan);
});

test("another run does the same under other names", () => {
  const renamed = JSON.stringify(deliveriesOf(createPlan({ ...options, run: "more" }))).replaceAll(
    "demo-more-",
    "demo-test-",
  );
  expect(renamed).toBe(JSON.stringify(deliveriesOf(createPlan(options))));
});

test("there are exactly as many different sales as asked for, shared among the clients", () => {
  for (const [events, clients] of [
    [1, 8],
    [10, 3],
    [403, 8],
    [50, 100],
  ] as const) {
    const { lanes } = createPlan({ ...options, events, clients });
    const sizes = lanes.map(({ sales }) => sales.length);
    expect(lanes.length).toBe(clients);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(events);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
});

test("even a small run sees every scenario, and none asks for a fault where the server has none", () => {
  expect(scenariosOf(createPlan({ ...options, events: 200 })).size).toBe(15);
  const plan = createPlan({ ...options, faults: false });
  expect(scenariosOf(plan)).not.toContain("faults");
  expect(new Set(deliveriesOf(plan).map(({ end }) => end))).toEqual(
    new Set(["ANSWERED", "CUT_OFF", "BROKEN", "REFUSED"]),
  );
});

test("every sale is sent until it must be answered, and is new no more than once", () => {
  const plan = createPlan(options);
  const items = deliveriesOf(plan)
    .filter(({ end }) => end === "ANSWERED")
    .flatMap((delivery) => delivery.items)
    .filter(({ kind }) => kind === "sale");
  const certainlyNew = items.filter(({ expects }) => expects.join() === "ACCEPTED").map(({ identity }) => identity);
  expect(new Set(items.map(({ identity }) => identity)).size).toBe(options.events);
  expect(new Set(certainlyNew).size).toBe(certainlyNew.length);
});
