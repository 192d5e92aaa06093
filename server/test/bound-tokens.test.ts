// A token that is bound to clients, against a database in which another client has the same and more of everything.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTokenStore } from "../storage/sqlite/token-access.ts";
import { databases, sale, startApp, type TestApp } from "./app.ts";
import { rootFields } from "./root-fields.ts";
import { addToken, bearer } from "./token-traffic.ts";

let app: TestApp;
let admin = "";
let bound = "";
let sender = "";
const ids: Record<string, string> = {};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
type Answer = any;
const askAs = async (token: string, query: string, variables: object = {}): Promise<Answer> =>
  (await app.post(query, variables, bearer(token))).body;

const INGEST = `mutation ($event: JSON!, $key: String) { ingestEvent(input: { event: $event, idempotencyKey: $key }) {
  outcome
  ... on EventAccepted { event { id } }
  ... on EventRejected { problems { code path } failure { id client raw timesSeen } }
} }`;
const send = async (token: string, event: object, key: string | null = null): Promise<Answer> =>
  (await askAs(token, INGEST, { event, key })).data.ingestEvent;

/** Whatever carries it is about the other client. */
const MARK = "OTHER";
const other = (change: object = {}) =>
  sale({ client: MARK, metric: MARK, amount: "987654.321", note: MARK, ...change });

const fill = async (): Promise<void> => {
  await send(admin, sale({ client: "own" }));
  ids.event = (await send(admin, other(), `${MARK}-key`)).event.id;
  await send(admin, other(), `${MARK}-key`);
  await send(admin, other({ amount: 5 }), `${MARK}-key`);
  await send(admin, sale({ client: "own", amount: "own-wrong" }));
  ids.failure = (await send(admin, other({ amount: `${MARK}-wrong` }))).failure.id;
  ids.nobodys = (await send(admin, { metric: MARK, amount: MARK })).failure.id;
  for (const client of ["own", MARK])
    await askAs(
      admin,
      `mutation ($client: String!) { setClientProfile(client: $client, profile: { timeZone: "UTC" }) { job { id } } }`,
      { client },
    );
  const discard = `mutation ($client: String!) { discardFailedEvents(filter: { clients: [$client] }, reason: $client) { job { id } } }`;
  ids.job = (await askAs(admin, discard, { client: MARK })).data.discardFailedEvents.job.id;
  ids.ownJob = (await askAs(admin, discard, { client: "own" })).data.discardFailedEvents.job.id;
  await askAs(admin, `mutation ($id: ID!) { voidEvent(id: $id, reason: "${MARK}") { id } }`, { id: ids.event });
};

beforeAll(async () => {
  const databaseFile = await databases.create();
  const { store, close } = await openTokenStore(databaseFile);
  admin = (await addToken(store, { scopes: ["admin"], name: "ops" })).text;
  bound = (await addToken(store, { scopes: ["read", "ingest", "operate"], clients: ["own"], name: "own ops" })).text;
  sender = (await addToken(store, { scopes: ["ingest"], clients: ["own", "second"] })).text;
  await close();
  app = await startApp({ DATABASE_URL: databaseFile });
  await fill();
});
afterAll(() => app.close());

describe("what is read with it", () => {
  const queries = rootFields().filter(({ operation, needs }) => operation === "query" && needs === "Scope: read");

  const shown = new Set<string>();

  test.each(queries.map((field) => [field.name, field] as const))(
    "%s shows nothing of another",
    async (_name, field) => {
      for (const id of [ids.event, ids.failure, ids.nobodys, ids.job]) {
        const values = {
          id: JSON.stringify(id),
          client: JSON.stringify(MARK),
          event: `{ client: "${MARK}", amount: 1 }`,
          first: "5",
        };
        const query = field.text({ depth: 4, values });
        const answer = await askAs(bound, query);
        // What was asked with is repeated in a dry run, which has no more than that.
        if (field.name !== "previewEvent") expect(JSON.stringify(answer)).not.toContain(MARK);
        expect(JSON.stringify(answer)).not.toMatch(/987654|INTERNAL/);
        const { data } = await askAs(admin, query);
        // What is refused for everyone would show nothing. The nodes are asked for below, each by its kind.
        if (field.name !== "node") expect(data).toBeDefined();
        if (JSON.stringify(data ?? "").includes(MARK)) shown.add(field.name);
      }
    },
  );

  test("the same questions show the other where the token is bound to none", () => {
    const others = ["event", "events", "explainEvent", "explainFailedEvent", "failedEvents", "failureGroups", "log"];
    expect([...shown]).toEqual(expect.arrayContaining([...others, "clientProfile", "clientProfiles", "stats"]));
  });

  test("no id leads to what is another's", async () => {
    const query = "query ($id: ID!) { node(id: $id) { __typename } }";
    for (const id of [ids.event, ids.failure, ids.nobodys, ids.job]) {
      expect((await askAs(bound, query, { id })).data.node).toBeNull();
      expect((await askAs(admin, query, { id })).data.node).not.toBeNull();
    }
    expect((await askAs(bound, query, { id: ids.ownJob })).data.node).toEqual({ __typename: "Job" });
  });

  test("without a filter, and with one that names another, there is its own alone", async () => {
    const query = `query ($clients: [String!]) {
      events(filter: { clients: $clients }) { totalCount edges { node { client } } }
      failedEvents(filter: { clients: $clients, withoutClient: true }) { totalCount edges { node { client } } }
      failureGroups(filter: { clients: $clients, withoutClient: true }) { client count }
      aggregations(filter: { clients: $clients }, groupBy: [CLIENT]) { client count }
      log(filter: { clients: $clients }) { edges { node { client } } }
    }`;
    const { data } = await askAs(bound, query, { clients: ["own", MARK] });
    expect(data.events).toEqual({ totalCount: 1, edges: [{ node: { client: "own" } }] });
    expect(data.failedEvents).toEqual({ totalCount: 1, edges: [{ node: { client: "own" } }] });
    expect(data.failureGroups).toEqual([{ client: "own", count: 1 }]);
    expect(data.aggregations).toEqual([{ client: "own", count: 1 }]);
    expect(new Set(data.log.edges.map(({ node }: Answer) => node.client))).toEqual(new Set(["own"]));
    const others = (await askAs(bound, query, { clients: [MARK] })).data;
    expect(others).toMatchObject({ events: { totalCount: 0 }, failedEvents: { totalCount: 0 }, aggregations: [] });
  });

  test("a search for what another has sent finds nothing, and counts nothing", async () => {
    const query = `{ events(filter: { text: "${MARK}" }) { totalCount edges { node { id } } }
      failedEvents(filter: { text: "${MARK}" }) { totalCount edges { node { id } } } }`;
    const nothing = { totalCount: 0, edges: [] };
    expect((await askAs(bound, query)).data).toEqual({ events: nothing, failedEvents: nothing });
    expect((await askAs(admin, query)).data.failedEvents.totalCount).toBe(3);
  });

  test("totals, books, profiles and jobs are those of its clients", async () => {
    const query = `{ stats { received rejected clients { client received } } books { balanced }
      of: stats(client: "${MARK}") { received clients { client } }
      clientProfiles { edges { node { client } } } jobs { edges { node { id } } } }`;
    expect((await askAs(bound, query)).data).toEqual({
      stats: { received: 2, rejected: 1, clients: [{ client: "own", received: 2 }] },
      books: { balanced: true },
      of: { received: 0, clients: [] },
      clientProfiles: { edges: [{ node: { client: "own" } }] },
      jobs: { edges: [{ node: { id: ids.ownJob } }] },
    });
  });

  test("the feed brings its own alone, beside a reader of everything with the same document", async () => {
    const document = "subscription { feed(after: null) { cursor entries { client failure { client } } } }";
    const clients = [bound, admin].map((token) => app.connect({ connectionParams: bearer(token) }));
    const [own, all] = clients.map((client) => client.iterate<Answer>({ query: document }));
    await Promise.all([own?.next(), all?.next()]);
    await send(admin, other({ amount: 3 }));
    await send(admin, sale({ client: "own", amount: 3 }));
    const seen = async (results: typeof own, count: number): Promise<string[]> => {
      const found: string[] = [];
      while (found.length < count)
        found.push(...((await results?.next())?.value.data.feed.entries ?? []).map(({ client }: Answer) => client));
      return found;
    };
    expect(await seen(own, 1)).toEqual(["own"]);
    expect(await seen(all, 2)).toEqual([MARK, "own"]);
    await Promise.all(clients.map((client) => client.dispose()));
  });
});

describe("what is sent with it", () => {
  test("an event that names another is REJECTED with CLIENT_MISMATCH, and is not put to the other's account", async () => {
    const before = (await askAs(admin, `{ stats(client: "victim") { received } }`)).data;
    const result = await send(bound, { data: { source: "victim" }, metric: "m", amount: 1, timestamp: "2026-01-31" });
    expect(result).toMatchObject({
      outcome: "REJECTED",
      problems: [{ code: "CLIENT_MISMATCH", path: "data.source" }],
      failure: { client: "own", timesSeen: 1, raw: { data: { source: "victim" } } },
    });
    expect((await askAs(admin, `{ stats(client: "victim") { received } }`)).data).toEqual(before);
    expect((await askAs(admin, "{ books { balanced } }")).data.books.balanced).toBe(true);
  });

  test("an event without a client is MISSING_CLIENT, and its sender may see what it sent", async () => {
    const result = await send(bound, { metric: "m", amount: 1, timestamp: "2026-01-31" });
    expect(result).toMatchObject({
      problems: [{ code: "MISSING_CLIENT" }],
      failure: { client: null, raw: { metric: "m" } },
    });
  });

  test("bound to several, it sends for each of them, and who named another is not known", async () => {
    const outcomes = [];
    for (const client of ["own", "second"]) outcomes.push((await send(sender, sale({ client, amount: 77 }))).outcome);
    expect(outcomes).toEqual(["ACCEPTED", "ACCEPTED"]);
    expect(await send(sender, sale({ client: "third" }))).toMatchObject({
      outcome: "REJECTED",
      failure: { client: null },
    });
  });

  test("one event of another in a batch harms none of its neighbours", async () => {
    const events = ["own", MARK, "own"].map((client, index) => ({ event: sale({ client, amount: 500 + index }) }));
    const query = `mutation ($events: [IngestEventInput!]!) { ingestEvents(input: { events: $events }) { results { outcome } } }`;
    const { data } = await askAs(bound, query, { events });
    expect(data.ingestEvents.results.map(({ outcome }: Answer) => outcome)).toEqual([
      "ACCEPTED",
      "REJECTED",
      "ACCEPTED",
    ]);
  });

  test("what named another is never counted by a retry as it was sent, not even by the other's new profile", async () => {
    const { failure } = await send(bound, sale({ client: "framed", amount: 4 }));
    const retry = `mutation ($id: ID!, $event: JSON) { retryFailedEvent(id: $id, editedEvent: $event) { outcome ... on EventRejected { problems { code } } } }`;
    const again = await askAs(admin, retry, { id: failure.id });
    expect(again.data.retryFailedEvent).toEqual({ outcome: "REJECTED", problems: [{ code: "CLIENT_MISMATCH" }] });
    const edited = await askAs(bound, retry, { id: failure.id, event: sale({ client: "framed", amount: 4 }) });
    expect(edited.data.retryFailedEvent).toEqual({ outcome: "REJECTED", problems: [{ code: "CLIENT_MISMATCH" }] });
    const corrected = await askAs(bound, retry, { id: failure.id, event: sale({ client: "own", amount: 4 }) });
    expect(corrected.data.retryFailedEvent.outcome).toBe("ACCEPTED");
  });
});

describe("what is done with it", () => {
  const done = async (query: string, variables: object): Promise<string> =>
    (await askAs(bound, query, variables)).errors?.[0].extensions.code ?? "DONE";

  test("nothing of another can be voided, discarded, retried, cancelled or given a profile", async () => {
    const { event, failure, nobodys, job } = ids;
    expect(await done('mutation ($event: ID!) { voidEvent(id: $event, reason: "r") { id } }', { event })).not.toBe(
      "DONE",
    );
    expect(await done("mutation ($event: ID!) { unvoidEvent(id: $event) { id } }", { event })).not.toBe("DONE");
    for (const id of [failure, nobodys]) {
      expect(await done('mutation ($id: ID!) { discardFailedEvent(id: $id, reason: "r") { id } }', { id })).not.toBe(
        "DONE",
      );
      expect(await done("mutation ($id: ID!) { reopenFailedEvent(id: $id) { id } }", { id })).not.toBe("DONE");
      expect(await done("mutation ($id: ID!) { retryFailedEvent(id: $id) { outcome } }", { id })).not.toBe("DONE");
    }
    expect(await done("mutation ($job: ID!) { cancelJob(id: $job) { id } }", { job })).not.toBe("DONE");
    const set =
      "mutation ($client: String!, $profile: ClientProfileInput!) { setClientProfile(client: $client, profile: $profile) { profile { version } } }";
    expect(await done(set, { client: MARK, profile: {} })).toBe("FORBIDDEN");
    expect(await done(set, { client: "own", profile: { aliases: { client: ["x"] } } })).toBe("FORBIDDEN");
    expect(await done(set, { client: "own", profile: { dateOrder: "DMY" } })).toBe("DONE");
  });

  test("jobs are confined to its clients, and the log says who began them", async () => {
    const retry = `mutation { retryFailedEvents(filter: { withoutClient: true }) { matched job { id by } } }`;
    expect((await askAs(bound, retry)).data.retryFailedEvents.matched).toBe(0);
    const all = (await askAs(bound, "mutation { retryFailedEvents { matched job { by total } } }")).data
      .retryFailedEvents;
    const own = (await askAs(admin, '{ failedEvents(filter: { clients: ["own"], states: [OPEN] }) { totalCount } }'))
      .data;
    expect(all.matched).toBe(own.failedEvents.totalCount);
    expect(all.job.by).toMatch(/^own ops \(token [0-9a-f]{12}\)$/);
  });
});
