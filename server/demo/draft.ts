// What one client is going to send, while it is being thought up: makes sales and garbage, knows which of them must
// count, and turns them into items for deliveries.
import type { Item, Outcome } from "./delivery.ts";
import { ambiguousEvent, type Garbage, garbage, garbageKinds, nobodysGarbage } from "./garbage.ts";
import type { Random } from "./random.ts";
import { contentOf, createSale, identityOf, nearMisses, type Sale, withOneMore } from "./sale.ts";
import { plainEvent, respelledEvent } from "./spelling.ts";

/** A failed event that must be on the server at the end. */
export interface ExpectedFailure {
  readonly client: string | null;
  readonly state: "OPEN" | "RESOLVED";
}

interface DraftDeps {
  readonly random: Random;
  readonly client: string;
  /** Midnight, in milliseconds since 1970. */
  readonly today: number;
  /** How many sales there shall be. */
  readonly quota: number;
}

export interface Draft {
  readonly random: Random;
  readonly sales: readonly Sale[];
  readonly failures: readonly ExpectedFailure[];
  /** How many sales are still to be made. */
  readonly room: number;
  /** New sales that must count: so many, or as many as there is room for. */
  newSales(count: number, options?: { keyed?: boolean }): readonly Sale[];
  /** Sales that look like this one and are others; as many as there is room for. */
  lookalikes(sale: Sale): readonly Sale[];
  plain(sale: Sale, expects: readonly Outcome[]): Item;
  respelled(sale: Sale, expects: readonly Outcome[]): Item;
  /** Another sale under the key of this one. */
  conflict(sale: Sale): Item;
  /** Something that cannot be counted. Where it is not recorded, nothing of it may be on the server at the end. */
  garbage(options?: { recorded?: boolean }): Item;
  /** An unreadable note of this sale, under its key: it is resolved when the sale itself arrives. */
  ambiguous(sale: Sale): Item;
}

export const createDraft = ({ random, client, today, quota }: DraftDeps): Draft => {
  const sales: Sale[] = [];
  const failures: ExpectedFailure[] = [];
  const contents = new Set<string>();
  let serial = 0;

  const nextSerial = (): number => {
    serial += 1;
    return serial;
  };
  const newKey = (): string => `${client}/${nextSerial()}`;
  const room = (): number => quota - sales.length;

  /** Without a key the content is the identity: no two sales without one may say the same. */
  const newSale = (keyed: boolean): Sale => {
    const sale = createSale(random, { client, key: keyed ? newKey() : null, today });
    if (sale.key === null && contents.has(contentOf(sale))) return newSale(keyed);
    return add(sale);
  };
  const add = (sale: Sale): Sale => {
    if (sale.key === null) contents.add(contentOf(sale));
    sales.push(sale);
    return sale;
  };

  const saleItem = (sale: Sale, event: Item["event"], expects: readonly Outcome[]): Item => ({
    ...{ client, kind: "sale", event, expects, key: sale.key },
    identity: identityOf(sale),
  });

  const invalidItem = ({ event, problems }: Garbage, of: { client: string | null; key: string | null }): Item => ({
    ...{ ...of, kind: "invalid", event, problems, expects: ["REJECTED"] },
    identity: `invalid ${JSON.stringify([of.key, event])}`,
  });

  const newGarbage = (): Item => {
    const sale = createSale(random, { client, key: null, today });
    const of = { sale, serial: `${client} no. ${nextSerial()}` };
    const key = random.chance(0.3) ? newKey() : null;
    const kind = random.int(0, 9);
    if (kind === 0)
      return invalidItem(nobodysGarbage(random.int(0, garbageKinds.nobody - 1), of), { client: null, key });
    if (kind <= 3) return invalidItem(ambiguousEvent(random.int(0, garbageKinds.ambiguous - 1), of), { client, key });
    return invalidItem(garbage(random.int(0, garbageKinds.known - 1), of), { client, key });
  };

  return {
    ...{ random, sales, failures },
    get room() {
      return room();
    },
    newSales: (count, { keyed } = {}) =>
      Array.from({ length: Math.min(count, room()) }, () => newSale(keyed ?? random.chance(0.5))),
    lookalikes: (sale) => {
      const keyed = [sale, withOneMore(sale)].map((other) => ({ ...other, key: newKey() }));
      const others = [...keyed, ...[sale, ...nearMisses(sale)].map((other) => ({ ...other, key: null }))];
      return others
        .filter((other) => other.key !== null || !contents.has(contentOf(other)))
        .slice(0, room())
        .map(add);
    },
    plain: (sale, expects) => saleItem(sale, plainEvent(sale), expects),
    respelled: (sale, expects) => saleItem(sale, respelledEvent(random, sale), expects),
    conflict: (sale) => {
      failures.push({ client, state: "OPEN" });
      const event = plainEvent(withOneMore(sale));
      return {
        client,
        kind: "conflict",
        identity: `conflict ${sale.key}`,
        holder: identityOf(sale),
        event,
        key: sale.key,
        expects: ["CONFLICT"],
      };
    },
    garbage: ({ recorded = true } = {}) => {
      const item = newGarbage();
      if (recorded) failures.push({ client: item.client, state: "OPEN" });
      return item;
    },
    ambiguous: (sale) => {
      failures.push({ client, state: "RESOLVED" });
      const of = { sale, serial: `${client} no. ${nextSerial()}` };
      return invalidItem(ambiguousEvent(random.int(0, garbageKinds.ambiguous - 1), of), { client, key: sale.key });
    },
  };
};
