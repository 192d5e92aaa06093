// Everything that unreliable clients do, each as the waves of one step. A scenario uses up at least one sale or sends
// garbage; what must become of each item is said here and nowhere else.
import { atomic, batch, type Delivery, type Item, single, type Wave } from "./delivery.ts";
import type { Draft } from "./draft.ts";
import type { Sale } from "./sale.ts";

export type Scenario = (draft: Draft) => readonly Wave[];

const again = ["DUPLICATE"] as const;
const isNew = ["ACCEPTED"] as const;
/** For what was sent before without an answer, and for what is sent several times at once. */
const either = ["ACCEPTED", "DUPLICATE"] as const;

const oneByOne = (deliveries: readonly Delivery[]): readonly Wave[] => deliveries.map((delivery) => [delivery]);

const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);

/** As they come, once each, without any trouble. */
const calm: Scenario = (draft) =>
  oneByOne(draft.newSales(draft.random.int(4, 12)).map((sale) => single(draft.plain(sale, isNew))));

/** Exactly the same request, again and again. */
const retries: Scenario = (draft) =>
  draft.newSales(1).flatMap((sale) => {
    const copies = times(draft.random.int(1, 4), () => single(draft.plain(sale, again)));
    return oneByOne([single(draft.plain(sale, isNew)), ...copies]);
  });

/** The same event, written in other ways. */
const spellings: Scenario = (draft) =>
  draft.newSales(2).flatMap((sale) => {
    const others = times(draft.random.int(2, 5), () => single(draft.respelled(sale, again)));
    return oneByOne([single(draft.respelled(sale, isNew)), ...others]);
  });

/** Many events at once, then some of them again. */
const burst: Scenario = (draft) => {
  const sales = draft.newSales(draft.random.int(10, 30));
  const repeated = sales.filter(() => draft.random.chance(0.3));
  return [
    sales.map((sale) => single(draft.respelled(sale, isNew))),
    repeated.map((sale) => single(draft.plain(sale, again))),
  ];
};

/** One event from many senders at the same instant. */
const storm: Scenario = (draft) =>
  draft.newSales(1).map((sale) => times(draft.random.int(8, 24), () => single(draft.respelled(sale, either))));

/** Events that look alike and are not the same. */
const lookalikes: Scenario = (draft) => {
  const [sale] = draft.newSales(1, { keyed: true });
  if (sale === undefined) return [];
  const all = [sale, ...draft.lookalikes(sale)];
  return [all.map((one) => single(draft.plain(one, isNew))), all.map((one) => single(draft.respelled(one, again)))];
};

/** A key that is used for something else. */
const conflicts: Scenario = (draft) =>
  draft.newSales(1, { keyed: true }).flatMap((sale) => {
    const conflict = single(draft.conflict(sale));
    const more = times(draft.random.int(0, 2), () => conflict);
    return oneByOne([single(draft.plain(sale, isNew)), conflict, ...more, single(draft.respelled(sale, again))]);
  });

/** What cannot be read, some of it more than once. */
const rubbish: Scenario = (draft) => {
  const items = times(draft.random.int(2, 5), () => draft.garbage());
  return oneByOne(items.flatMap((item) => times(draft.random.int(1, 3), () => single(item))));
};

/** An ambiguous number that its sender then puts right. */
const corrections: Scenario = (draft) =>
  draft.newSales(1, { keyed: true }).flatMap((sale) => {
    const unclear = single(draft.ambiguous(sale));
    return oneByOne([unclear, unclear, single(draft.plain(sale, isNew)), single(draft.respelled(sale, again))]);
  });

/** Connections that break after the event is sent and before it is answered. */
const lostAnswers: Scenario = (draft) =>
  draft.newSales(4).flatMap((sale) => {
    const lost = times(draft.random.int(1, 3), () => single(draft.respelled(sale, either), "CUT_OFF"));
    return oneByOne([...lost, single(draft.respelled(sale, either))]);
  });

/** Requests that break off in the middle: nothing of them may count. */
const brokenBodies: Scenario = (draft) =>
  draft
    .newSales(1)
    .flatMap((sale) => oneByOne([single(draft.plain(sale, isNew), "BROKEN"), single(draft.plain(sale, isNew))]));

/** Faults of the server: before and during the transaction nothing is counted, after it only the answer is lost. */
const faults: Scenario = (draft) => {
  const points = [
    ["BEFORE_TRANSACTION", isNew],
    ["DURING_TRANSACTION", isNew],
    ["AFTER_COMMIT", again],
  ] as const;
  return draft.newSales(points.length).flatMap((sale, index) => {
    const [point, then] = points[index] ?? points[0];
    return oneByOne([single(draft.plain(sale, isNew), point), single(draft.respelled(sale, then))]);
  });
};

/** A batch of everything, sent twice: one bad event does not harm its neighbours. */
const mixedBatch: Scenario = (draft) => {
  const sales = draft.newSales(draft.random.int(10, 40));
  const [first] = sales;
  if (first === undefined) return [];
  const bad = times(draft.random.int(1, 3), () => draft.garbage());
  const keyed = sales.filter(({ key }) => key !== null).slice(0, 2);
  const fresh = sales.map((sale) => draft.respelled(sale, isNew));
  const late = [
    ...sales.slice(0, 5).map((sale) => draft.respelled(sale, again)),
    ...keyed.map((sale) => draft.conflict(sale)),
  ];
  const items = [...draft.random.shuffled([...fresh, ...bad]), ...draft.random.shuffled(late)];
  return oneByOne([batch(items), batch(items.map(seenBefore))]);
};

/** A batch that is cut off, or lost after it was counted; the whole batch is sent again. */
const lostBatch: Scenario = (draft) => {
  const sales = draft.newSales(draft.random.int(5, 15));
  const items = (expects: Item["expects"]): readonly Item[] => sales.map((sale) => draft.respelled(sale, expects));
  return oneByOne([batch(items(either), "CUT_OFF"), batch(items(either)), batch(items(again))]);
};

/** All or nothing: refused because of one bad event, then without it. */
const allOrNothing: Scenario = (draft) => {
  const sales = draft.newSales(draft.random.int(3, 12));
  const good = (expects: Item["expects"]): readonly Item[] => sales.map((sale: Sale) => draft.plain(sale, expects));
  const bad = draft.garbage({ recorded: false });
  return oneByOne([
    atomic(draft.random.shuffled([...good(isNew), bad]), "REFUSED"),
    atomic(good(isNew)),
    atomic(good(again)),
  ]);
};

const seenBefore = (item: Item): Item => (item.kind === "sale" ? { ...item, expects: again } : item);

/** Those that a server which simulates no faults can take part in. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...{ calm, lostAnswers, storm, mixedBatch, retries, spellings, rubbish, conflicts, burst, corrections },
  ...{ lookalikes, allOrNothing, brokenBodies, lostBatch },
};

export const faultScenarios: Readonly<Record<string, Scenario>> = { faults };
