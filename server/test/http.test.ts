import { request } from "node:http";
import { type OperationDefinitionNode, parse } from "graphql";
import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXAMPLES } from "../graphql/examples.ts";
import { sale, startApp, type TestApp } from "./app.ts";

interface Answer {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const BATCH = "mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted } }";

describe("ingestion over HTTP", () => {
  test("an event is accepted, then a duplicate with the original receipt, however it is spelled", async () => {
    const first = await app.ingest(sale({ amount: 1200 }));
    expect(first).toMatchObject({
      __typename: "EventAccepted",
      outcome: "ACCEPTED",
      event: { amount: "1200", timestamp: "2026-01-31T12:00:00Z" },
    });
    const again = await app.ingest({
      Source: "kiosk",
      data: { type: "sale", total: "1,200.00", time: "2026-01-31 13:00+01" },
    });
    expect(again).toMatchObject({
      __typename: "EventDuplicate",
      receipt: first.receipt,
      event: { id: first.event.id },
    });
    expect(again.differences.length).toBeGreaterThan(0);
  });

  test("a conflict and a rejection come as data, with what to do", async () => {
    await app.ingest(sale({ amount: 1 }), { idempotencyKey: "one" });
    expect(await app.ingest(sale({ amount: 2 }), { idempotencyKey: "one" })).toMatchObject({
      __typename: "EventConflict",
      differences: [{ path: "amount", existing: "1", received: "2" }],
    });
    const rejected = await app.ingest({
      client: "kiosk",
      amount: "1,200",
      timestamp: "31/02/2026",
    });
    expect(rejected.problems.map(({ code }: { code: string }) => code).sort()).toEqual([
      "AMBIGUOUS_NUMBER",
      "MISSING_METRIC",
      "NONEXISTENT_DATE",
    ]);
    expect(rejected.problems.every(({ hint }: { hint: string }) => hint.length > 0)).toBe(true);
  });

  test("a batch answers in order and counts its outcomes", async () => {
    const { ingestEvents } = await app.ask(
      `mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted duplicates conflicts rejected results { outcome } } }`,
      {
        input: {
          events: [sale({ metric: "batch" }), 17, sale({ metric: "batch" })].map((event) => ({ event })),
        },
      },
    );
    expect(ingestEvents).toEqual({
      ...{ accepted: 1, duplicates: 1, conflicts: 0, rejected: 1 },
      results: [{ outcome: "ACCEPTED" }, { outcome: "REJECTED" }, { outcome: "DUPLICATE" }],
    });
  });

  test("an atomic batch with one bad event is refused whole, and says why for each", async () => {
    const before = await app.ask("{ stats { received } }");
    const { status, body } = await app.post(
      `mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted } }`,
      {
        input: {
          atomic: true,
          events: [{ event: sale({ metric: "atomic" }) }, { event: {} }],
        },
      },
    );
    expect(status).toBe(422);
    expect(body.errors[0].extensions).toMatchObject({
      ...{ code: "ATOMIC_REFUSED", retryable: false },
      results: [
        { index: 0, outcome: "ACCEPTED", problems: [] },
        {
          index: 1,
          outcome: "REJECTED",
          problems: [{ code: "MISSING_CLIENT" }, {}, {}, {}],
        },
      ],
    });
    expect(await app.ask("{ stats { received } }")).toEqual(before);
  });

  test("an atomic batch that uses a key twice is told by its own indexes, not by a number that was never given", async () => {
    const events = [1, 2].map((amount) => ({ event: sale({ metric: "twice", amount }), idempotencyKey: "twice" }));
    const { body } = await app.post(BATCH, { input: { atomic: true, events } });
    const [, { problems }] = body.errors[0].extensions.results;
    expect(problems).toMatchObject([{ code: "IDEMPOTENCY_KEY_REUSED", message: expect.stringContaining("index 0") }]);
  });

  test("of a batch with a key that is none, the error says which event has it", async () => {
    const events = [{ event: sale({}) }, { event: sale({}), idempotencyKey: "" }];
    const { status, body } = await app.post(BATCH, { input: { events } });
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({
      message: expect.stringMatching(/^Event 2 of 2: /),
      extensions: { code: "BAD_USER_INPUT", index: 1 },
    });
  });

  test("a batch fails where the first of its events is to fail, in whichever order they stand", async () => {
    const metric = "first fault";
    const faults = ["AFTER_COMMIT", "BEFORE_TRANSACTION"];
    const events = faults.map((simulateFailure) => ({
      event: sale({ metric, amount: simulateFailure.length }),
      simulateFailure,
    }));
    const { body } = await app.post(BATCH, { input: { events } });
    expect(body.errors[0].extensions).toMatchObject({ simulateFailure: "BEFORE_TRANSACTION" });
    const { events: counted } = await app.ask(`{ events(filter: { metrics: ["${metric}"] }) { totalCount } }`);
    expect(counted.totalCount).toBe(0);
  });

  test.each([
    ["BEFORE_TRANSACTION", "ACCEPTED"],
    ["DURING_TRANSACTION", "ACCEPTED"],
    ["AFTER_COMMIT", "DUPLICATE"],
  ])(
    "a fault %s is an error with 500; the retry is %s and nothing is lost or counted twice",
    async (simulateFailure, outcome) => {
      const event = sale({ metric: simulateFailure });
      const { status, body } = await app.post(
        `mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome } }`,
        { input: { event, simulateFailure } },
      );
      expect(status).toBe(500);
      expect(body).toMatchObject({
        errors: [{ extensions: { code: "SIMULATED_FAILURE", retryable: true } }],
      });
      expect(await app.ingest(event)).toMatchObject({ outcome });
      const { events, books } = await app.ask(
        `query ($metrics: [String!]) { events(filter: { metrics: $metrics }) { totalCount } books { balanced } }`,
        { metrics: [simulateFailure] },
      );
      expect([events.totalCount, books.balanced]).toEqual([1, true]);
    },
  );

  test("faults are refused where they are switched off, and wherever others can reach the server", async () => {
    for (const settings of [{ FAULT_INJECTION: "off" }, { HOST: "0.0.0.0", AUTH: "off" }]) {
      const strict = await startApp(settings);
      const { status, body } = await strict.post(
        `mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome } }`,
        {
          input: { event: sale(), simulateFailure: "AFTER_COMMIT" },
        },
      );
      expect([status, body.errors[0].extensions.code]).toEqual([403, "FORBIDDEN"]);
      expect(await strict.ask("{ stats { received } }")).toEqual({
        stats: { received: 0 },
      });
      await strict.close();
    }
  });

  test.each([
    ["a null event", { event: null }],
    ["an empty key", { event: sale(), idempotencyKey: "" }],
    ["a key that is too long", { event: sale(), idempotencyKey: "k".repeat(256) }],
    ["an ill-formed key", { event: sale(), idempotencyKey: "\ud800" }],
  ])("%s is BAD_USER_INPUT", async (_what, input) => {
    const { body, status } = await app.post(
      `mutation ($input: IngestEventInput!) { ingestEvent(input: $input) { outcome } }`,
      { input },
    );
    expect(body.errors[0].extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      retryable: false,
    });
    expect(status).toBe(400);
  });

  test("events written in the document itself are read like variables, `__proto__` and all", async () => {
    const { previewEvent } = await app.ask(
      `{ previewEvent(event: { __proto__: { a: 1 }, client: "c", metric: "m", amount: 1.50, timestamp: 1769860800 }) { outcome amount timestamp warnings { code path } } }`,
    );
    expect(previewEvent).toMatchObject({
      outcome: "ACCEPTED",
      amount: "1.5",
      timestamp: "2026-01-31T12:00:00Z",
    });
    expect(previewEvent.warnings).toContainEqual({
      code: "UNKNOWN_FIELD",
      path: "__proto__",
    });
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  test("more than 1,000 events, or a body over the limit, is PAYLOAD_TOO_LARGE", async () => {
    const events = Array.from({ length: 1001 }, () => ({ event: {} }));
    const many = await app.post(`mutation ($input: IngestEventsInput!) { ingestEvents(input: $input) { accepted } }`, {
      input: { events },
    });
    expect([many.status, many.body.errors[0].extensions.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    const some = { events: events.slice(0, 600) };
    const aliased = await app.post(
      `mutation ($input: IngestEventsInput!) { a: ingestEvents(input: $input) { rejected } b: ingestEvents(input: $input) { rejected } }`,
      { input: some },
    );
    expect([aliased.status, aliased.body.errors[0].extensions.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    const large = await app.post("{ stats { received } }", {
      padding: "x".repeat(2_100_000),
    });
    expect([large.status, large.body.errors[0].extensions.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("an event nested a hundred thousand levels deep is rejected, not a fault", async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"query":"mutation($e:JSON!){ingestEvent(input:{event:$e}){... on EventRejected{problems{code} failure{raw}}}}","variables":{"e":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}}`,
    });
    const { data } = (await response.json()) as {
      data: { ingestEvent: { problems: object[]; failure: { raw: unknown } } };
    };
    expect(data.ingestEvent.problems).toContainEqual({ code: "TOO_DEEP" });
    expect(typeof data.ingestEvent.failure.raw).toBe("string");
  });
});

describe("lists", () => {
  test("pages join to the whole list, forwards and backwards, unmoved by what comes in", async () => {
    const query = `query ($first: Int, $last: Int, $after: String, $before: String) {
      events(first: $first, last: $last, after: $after, before: $before, filter: { clients: ["pager"] }) {
        totalCount edges { cursor node { seq } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`;
    for (let amount = 1; amount <= 7; amount++) await app.ingest(sale({ client: "pager", amount }));
    const { events: all } = await app.ask(query, {});
    const seqsOf = (edges: { node: { seq: number } }[]) => edges.map(({ node }) => node.seq);
    const whole = seqsOf(all.edges);
    expect(whole).toEqual([...whole].sort((left, right) => right - left));

    const forwards: number[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { events } = await app.ask(query, { first: 3, after });
      forwards.push(...seqsOf(events.edges));
      [after, more] = [events.pageInfo.endCursor, events.pageInfo.hasNextPage];
      if (forwards.length === 3) await app.ingest(sale({ client: "pager", amount: 100 }));
    }
    expect(forwards).toEqual(whole);

    const { events: tail } = await app.ask(query, { last: 2 });
    expect(seqsOf(tail.edges)).toEqual(whole.slice(-2));
    expect(tail.pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
    const { events: before } = await app.ask(query, {
      last: 2,
      before: tail.pageInfo.startCursor,
    });
    expect(seqsOf(before.edges)).toEqual(whole.slice(-4, -2));
    const { events: bounded } = await app.ask(query, { first: 10, before: tail.pageInfo.startCursor });
    expect(bounded.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const { events: mirrored } = await app.ask(query, { last: 10, after: tail.pageInfo.startCursor });
    expect(mirrored.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect((await app.ask(query, { first: 0 })).events).toMatchObject({
      totalCount: 8,
      edges: [],
      pageInfo: { hasNextPage: true },
    });
  });

  test.each([
    ["a size below zero", `{ events(first: -1) { totalCount } }`],
    ["a size over 500", `{ log(last: 501) { edges { cursor } } }`],
    ["both ends at once", `{ events(first: 1, last: 1) { totalCount } }`],
    ["an empty cursor", `{ log(after: "") { edges { cursor } } }`],
    ["a broken cursor", `{ failedEvents(before: "bG9n") { totalCount } }`],
    ["an id of another kind", `{ event(id: "RmFpbGVkRXZlbnQ6MQ==") { seq } }`],
    ["an id that is none", `{ event(id: "17") { seq } }`],
    ["an id beyond all numbers", `{ event(id: "RXZlbnQ6MTAwMDAwMDAwMDAwMDAwMDAwMDA=") { seq } }`],
    ["an id with a fraction", `{ log(filter: { event: "RXZlbnQ6MS41" }) { edges { cursor } } }`],
    ["a node with a name for a number", `{ node(id: "RmFpbGVkRXZlbnQ6Zmlyc3Q=") { id } }`],
    ["a node that is none", `{ node(id: "\\u0000") { id } }`],
    ["an unknown zone", `{ aggregations(interval: DAY, timeZone: "Moon") { count } }`],
    ["a date that does not exist", `{ events(filter: { from: "2026-02-30T00:00:00Z" }) { totalCount } }`],
    ["a document that is none", `{ events(`],
    ["a field that is none", `{ stats { speed } }`],
    ["a document nested ten thousand levels deep", `{ a(b: ${"[".repeat(9_900)}${"]".repeat(9_900)}) }`],
  ])("%s is BAD_USER_INPUT", async (_what, query) => {
    const { status, body } = await app.post(query);
    expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
    expect(status).toBe(400);
  });

  test("a cursor of one list is refused by another", async () => {
    const { log } = await app.ask("{ log(first: 1) { edges { cursor } } }");
    const { body } = await app.post("query ($after: String) { events(after: $after) { totalCount } }", {
      after: log.edges[0].cursor,
    });
    expect(body.errors[0].message).toContain("list of log");
  });

  test("nodes are found by their ids, and what is not there is null", async () => {
    const { event } = await app.ingest(sale({ metric: "node" }));
    const { failure } = await app.ingest({ metric: "node" });
    const found = await app.ask(
      `query ($event: ID!, $failure: ID!) { node(id: $event) { id ... on Event { metric } } event(id: $event) { raw } other: node(id: $failure) { ... on FailedEvent { raw } } none: event(id: "RXZlbnQ6OTk5OTk5") { seq } }`,
      { event: event.id, failure: failure.id },
    );
    expect(found).toEqual({
      ...{
        node: { id: event.id, metric: "node" },
        event: { raw: sale({ metric: "node" }) },
      },
      ...{ other: { raw: { metric: "node" } }, none: null },
    });
  });
});

describe("answers about the whole", () => {
  test("aggregations are exact in any zone", async () => {
    for (const [amount, timestamp] of [
      ["0.1", "2026-03-28T23:30:00Z"],
      ["0.2", "2026-03-29T21:59:59Z"],
      ["7", "2026-03-29T22:00:00Z"],
    ])
      await app.ingest(sale({ client: "berlin", amount, timestamp }));
    const { aggregations } = await app.ask(
      `{ aggregations(filter: { clients: ["berlin"] }, groupBy: [CLIENT], interval: DAY, timeZone: "Europe/Berlin") { client metric from to count sum avg min max } }`,
    );
    expect(aggregations).toEqual([
      {
        client: "berlin",
        metric: null,
        from: "2026-03-28T23:00:00Z",
        to: "2026-03-29T22:00:00Z",
        count: 2,
        sum: "0.3",
        avg: "0.15",
        min: "0.1",
        max: "0.2",
      },
      {
        client: "berlin",
        metric: null,
        from: "2026-03-29T22:00:00Z",
        to: "2026-03-30T22:00:00Z",
        count: 1,
        sum: "7",
        avg: "7",
        min: "7",
        max: "7",
      },
    ]);
  });

  test("stats and books agree after all that was sent here", async () => {
    const { stats, books } = await app.ask(
      "{ stats { received accepted duplicates conflicts rejected duplicateRate throughput clients { client received } } books { balanced differences { identity } } }",
    );
    expect(stats.received).toBe(stats.accepted + stats.duplicates + stats.conflicts + stats.rejected);
    expect(stats.throughput).toBeGreaterThan(0);
    expect(stats.duplicateRate).toBeCloseTo(stats.duplicates / stats.received);
    expect(books).toEqual({ balanced: true, differences: [] });
  });
});

describe("activity", () => {
  const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
  const noneAt = (from: string) => ({ from, received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 });
  const ACTIVITY = `query ($minutes: Int) { activity(minutes: $minutes) {
    asOfSeq buckets { from ...Counts } } }
    fragment Counts on OutcomeCounts { received accepted duplicates conflicts rejected }`;

  test("every minute has its bucket, oldest first, and the last is in progress", async () => {
    let nowUs = NOON;
    const clocked = await startApp({}, { now: () => nowUs });
    await clocked.ingest(sale());
    await clocked.ingest(sale());
    nowUs += 150_000_000;
    await clocked.ingest("garbage");
    expect((await clocked.ask(ACTIVITY, { minutes: 4 })).activity).toEqual({
      asOfSeq: 3,
      buckets: [
        noneAt("2026-01-31T11:59:00Z"),
        { ...noneAt("2026-01-31T12:00:00Z"), received: 2, accepted: 1, duplicates: 1 },
        noneAt("2026-01-31T12:01:00Z"),
        { ...noneAt("2026-01-31T12:02:00Z"), received: 1, rejected: 1 },
      ],
    });
    nowUs = NOON;
    const { buckets } = (await clocked.ask(ACTIVITY, { minutes: null })).activity;
    expect([buckets.length, buckets[59]?.from, buckets[59]?.rejected]).toEqual([60, "2026-01-31T12:02:00Z", 1]);
    await clocked.close();
  });

  test("of all that was received here no minute is missing, and more than a day is refused", async () => {
    const { activity, stats } = await app.ask(
      "{ activity(minutes: 1440) { buckets { received } } stats { received } }",
    );
    expect(activity.buckets).toHaveLength(1_440);
    expect(activity.buckets.reduce((sum: number, { received }: { received: number }) => sum + received, 0)).toBe(
      stats.received,
    );
    for (const minutes of [0, 1_441])
      expect((await app.post(ACTIVITY, { minutes })).body.errors).toMatchObject([
        { extensions: { code: "BAD_USER_INPUT" } },
      ]);
  });
});

describe("the edge", () => {
  test("passes every audit of GraphQL over HTTP", async () => {
    const audits = serverAudits({ url: `${app.url}/graphql`, fetchFn: fetch });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results.filter(({ status }) => status !== "ok").map(({ name, status }) => `${status}: ${name}`)).toEqual([]);
    expect(results).toHaveLength(61);
  });

  test.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["a number", "17"],
    ["null", "null"],
    ["variables that are a list", '{"query":"{stats{received}}","variables":[]}'],
    ["a query that is a number", '{"query":1}'],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["no query", "{}"],
  ])("a body of %s is 400 and BAD_USER_INPUT, whatever is accepted", async (_what, body) => {
    for (const accept of ["application/json", "application/graphql-response+json"]) {
      const response = await fetch(`${app.url}/graphql`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", accept },
      });
      const { errors } = (await response.json()) as {
        errors: { extensions: object }[];
      };
      expect(errors[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", retryable: false });
      expect(response.status).toBe(400);
    }
  });

  test.each([
    [415, { "content-type": "text/plain" }],
    [406, { "content-type": "application/json", accept: "image/png" }],
  ])("a media type that is not spoken is %i, told as JSON", async (status, headers) => {
    const response = await fetch(`${app.url}/graphql`, { method: "POST", headers, body: '{"query":"{__typename}"}' });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
  });

  test("a variable that cannot be read is named down to the part that is wrong, with 400 for every media type", async () => {
    const long = { client: "x".repeat(5_000) };
    const wrong = [
      [BATCH, { input: { events: [{ event: long }, { event: null }] } }, '"$input.events[1].event": '],
      [
        BATCH,
        { input: { events: [{ event: {} }, { event: {}, idempotencyKey: 5 }] } },
        '"$input.events[1].idempotencyKey": ',
      ],
      [BATCH, { input: { events: [{ event: {}, key: long.client }] } }, '"$input.events[0]": '],
      ["query ($first: Int) { events(first: $first) { totalCount } }", { first: "x" }, '"$first": '],
      ["query ($from: DateTime) { events(filter: { from: $from }) { totalCount } }", { from: "noon" }, '"$from": '],
    ] as const;
    for (const [query, variables, place] of wrong)
      for (const accept of ["application/json", "application/graphql-response+json"]) {
        const { status, body } = await app.post(query, variables, { accept });
        expect(body).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" }, locations: [{ line: 1 }] }] });
        expect(body.errors[0].message).toMatch(`Variable ${place}`);
        expect(status).toBe(400);
      }
  });

  test("an id that is none is told of where it was asked for", async () => {
    const { body } = await app.post('{ stats { received } event(id: "nothing") { seq } }');
    expect(body.data.event).toBeNull();
    expect(body.errors).toMatchObject([{ path: ["event"], locations: [{ line: 1 }] }]);
  });

  test.each([
    ["is too deep", `{ a${" { a".repeat(10)}${" }".repeat(10)} }`],
    ["is too long", `{ stats { received } } # ${"x".repeat(16_384)}`],
    ["asks for too much", "{ events(first: 100000) { edges { cursor } } }"],
  ])("a document that %s is 400 for every media type", async (_what, query) => {
    for (const accept of ["application/json", "application/graphql-response+json"]) {
      const { status, body } = await app.post(query, {}, { accept });
      expect([status, body.errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    }
  });

  test("malformed variables in a GET are 400", async () => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent("{stats{received}}")}&variables=%7B`, {
      headers: { accept: "application/graphql-response+json" },
    });
    expect(response.status).toBe(400);
  });

  test("a page of another site can neither write nor listen", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { origin: "null" },
    ]) {
      const { status, body } = await app.post("{ stats { received } }", {}, headers as Record<string, string>);
      expect([status, body.errors[0].extensions.code]).toEqual([403, "FORBIDDEN"]);
    }
    const { status } = await app.post("{ stats { received } }", {}, { origin: app.url });
    expect(status).toBe(200);
  });

  test("a feed over server-sent events begins with a cursor, and its reader is gone when the connection is", async () => {
    const subscribers = async () =>
      /surecount_feed_subscribers (\d+)/.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1];
    const aborter = new AbortController();
    const query = encodeURIComponent("subscription { feed { cursor entries { seq } } }");
    const response = await fetch(`${app.url}/graphql?query=${query}`, {
      headers: { accept: "text/event-stream" },
      signal: aborter.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let received = "";
    while (!received.includes('"cursor"')) received += (await reader?.read())?.value ?? "";
    expect(await subscribers()).toBe("1");
    aborter.abort();
    await expect.poll(subscribers, { timeout: 20_000 }).toBe("0");
  });

  const statusFor = (url: string, host: string): Promise<number | undefined> =>
    new Promise((resolve) => {
      request(`${url}/graphql?query={stats{received}}`, { headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });

  test("on loopback the server answers to its own names only, so that no page can borrow one", async () => {
    for (const host of ["evil.example", "a b [", "localhost.evil.example:3000", "127.0.0.1.evil.example"])
      expect([host, await statusFor(app.url, host)]).toEqual([host, 403]);
    for (const host of ["localhost", "127.0.0.1:80", "[::1]:3000"])
      expect([host, await statusFor(app.url, host)]).toEqual([host, 200]);
  });

  test("other names are allowed by a setting, and any where others can reach the server", async () => {
    const named = await startApp({ ALLOWED_HOSTS: "meter.example,other" });
    expect([await statusFor(named.url, "meter.example:80"), await statusFor(named.url, "evil.example")]).toEqual([
      200, 403,
    ]);
    await named.close();
    const reachable = await startApp({ HOST: "0.0.0.0", AUTH: "off" });
    expect(await statusFor(reachable.url, "meter.example")).toBe(200);
    await reachable.close();
  });

  test.each([
    [415, { "content-type": "text/plain" }],
    [406, { accept: "image/png" }],
  ])("media types that it does not speak are %d, with words", async (expected, headers) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers } as Record<string, string>,
      body: '{"query":"{stats{received}}"}',
    });
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    expect([response.status, errors[0]?.extensions]).toEqual([expected, { code: "BAD_USER_INPUT", retryable: false }]);
  });

  test("every operation that GraphiQL opens with runs as it is", async () => {
    const { definitions } = parse(EXAMPLES);
    const names = definitions.map((definition) => (definition as OperationDefinitionNode).name?.value);
    expect(names).toContain("Send");
    for (const operationName of names.filter((name) => name !== "Follow")) {
      const response = await fetch(`${app.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: EXAMPLES, operationName }),
      });
      const codes = ((await response.json()) as Answer).errors?.map(({ extensions }) => extensions.code);
      expect([operationName, codes]).toEqual([
        operationName,
        operationName === "LoseTheAnswer" ? ["SIMULATED_FAILURE"] : undefined,
      ]);
    }
  });

  test("GraphiQL comes whole from the server, in files, and loads nothing from elsewhere", async () => {
    const textOf = async (path: string) =>
      (await fetch(`${app.url}${path}`, { headers: { accept: "text/html" } })).text();
    const page = await textOf("/graphql");
    expect(page.match(/(src|href)="https?:|<style|<script>|style=|onload=/g)).toBeNull();
    const paths = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");
    expect(paths).toEqual(["/favicon.svg", "/graphiql/style.css", "/graphiql/script.js"]);
    expect(await textOf("/graphiql/script.js")).toContain("mutation Send");
    expect(await textOf("/graphiql/style.css")).toContain(".graphiql-container");
  });

  test("every path that is no file is the dashboard", async () => {
    const response = await fetch(`${app.url}/failures`, {
      headers: { accept: "text/html" },
    });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("Surecount")]);
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self';");
  });

  test("a page that the browser has kept keeps its policy when it is told that it is still the same", async () => {
    const page = await fetch(`${app.url}/`);
    const again = await fetch(`${app.url}/`, { headers: { "if-none-match": page.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
    expect(again.headers.get("content-security-policy")).toBe(page.headers.get("content-security-policy"));
  });
});
