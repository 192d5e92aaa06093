// From entries of the log to deliveries. Each entry that an endpoint wants is counted in exactly one delivery of each of
// its kinds; whoever reads the same entries makes the same deliveries, with the same ids.
//
// Failures of one kind and code are counted together for as long as the endpoint's window is, from the first on, by the
// times that the log says. Everything else travels at once, together with those of its kind that are there.
import type { Micros } from "./calendar.ts";
import type { Entry } from "./event.ts";
import type { WebhookDelivery, WebhookEndpoint } from "./webhook.ts";
import { isFailureKind, isOfKind, problemsOf, type WebhookKind } from "./webhook-kinds.ts";
import { messageIdOf, toldOf } from "./webhook-message.ts";

/** Entries of one delivery, where all of them are told. */
const MAX_ENTRIES = 50;
/** Entries that are told of those that are only counted. */
const MAX_SAMPLES = 10;
/** An entry may have been written a little later than it says. */
const GRACE_US = 2_000_000;

interface Reading {
  readonly endpoint: WebhookEndpoint;
  readonly databaseId: string;
  /** Those that are not complete yet. */
  readonly collecting: readonly WebhookDelivery[];
  /** In order, behind those that were read before. */
  readonly entries: readonly Entry[];
  /** Whether there are none behind them. */
  readonly isEnd: boolean;
  readonly nowUs: Micros;
}

/** Those that are new, have grown, or are complete now. */
export const planDeliveries = (reading: Reading): readonly WebhookDelivery[] => {
  const { endpoint, collecting, entries, isEnd, nowUs } = reading;
  const open = new Map(collecting.map((delivery) => [keyOf(delivery), delivery]));
  const changed = new Map<number, WebhookDelivery>();
  let number = endpoint.lastDelivery;

  const put = (delivery: WebhookDelivery): void => {
    open.set(keyOf(delivery), delivery);
    changed.set(delivery.number, delivery);
  };
  const seal = (delivery: WebhookDelivery): void => {
    changed.set(delivery.number, { ...delivery, state: "WAITING" });
  };
  const count = (entry: Entry, kind: WebhookKind): void => {
    const code = codeOf(entry, kind);
    const current = open.get(keyOf({ kind, code }));
    if (current !== undefined && isOpenFor(current, entry)) {
      put(grown(current, entry));
      return;
    }
    if (current !== undefined) seal(current);
    number += 1;
    put(created(reading, { entry, kind, code, number }));
  };

  const wanted = entries.filter(({ client }) => isWanted(endpoint, client));
  for (const entry of wanted) for (const kind of endpoint.kinds) if (isOfKind(entry, kind)) count(entry, kind);
  for (const delivery of open.values())
    if (isBatch(delivery) || (isEnd && nowUs >= delivery.closesAtUs + GRACE_US)) seal(delivery);
  return [...changed.values()];
};

const isWanted = ({ clients }: WebhookEndpoint, client: string | null): boolean =>
  clients === null || (client !== null && clients.includes(client));

const keyOf = ({ kind, code }: Pick<WebhookDelivery, "kind" | "code">): string => `${kind} ${code ?? ""}`;

/** The first problem of several, so that an entry is counted once. */
const codeOf = (entry: Entry, kind: WebhookKind): string | null =>
  isFailureKind(kind) ? (problemsOf(entry)[0]?.code ?? null) : null;

const isBatch = ({ fromAtUs, closesAtUs }: WebhookDelivery): boolean => fromAtUs === closesAtUs;

const isOpenFor = (delivery: WebhookDelivery, { atUs }: Entry): boolean =>
  isBatch(delivery) ? delivery.count < MAX_ENTRIES : atUs < delivery.closesAtUs;

const grown = (delivery: WebhookDelivery, entry: Entry): WebhookDelivery => ({
  ...delivery,
  ...{ count: delivery.count + 1, toSeq: entry.seq, toAtUs: entry.atUs },
  entries:
    isBatch(delivery) || delivery.entries.length < MAX_SAMPLES
      ? [...delivery.entries, toldOf(entry)]
      : delivery.entries,
});

interface Beginning {
  readonly entry: Entry;
  readonly kind: WebhookKind;
  readonly code: string | null;
  readonly number: number;
}

const created = (
  { endpoint: { id: endpoint, windowSeconds }, databaseId }: Reading,
  { entry, kind, code, number }: Beginning,
): WebhookDelivery => {
  const { seq, atUs } = entry;
  return {
    id: messageIdOf(databaseId, { endpoint, kind, code, fromSeq: seq, fromAtUs: atUs }),
    ...{ endpoint, number, kind, code, state: "COLLECTING", count: 1, tries: 0, settledAtUs: null },
    ...{ fromSeq: seq, toSeq: seq, fromAtUs: atUs, toAtUs: atUs },
    closesAtUs: isFailureKind(kind) ? atUs + windowSeconds * 1_000_000 : atUs,
    entries: [toldOf(entry)],
  };
};
