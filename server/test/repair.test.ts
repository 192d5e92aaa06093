// What people do about events that failed, and about events that should not count, through the API.
import { afterAll, beforeAll, expect, test } from "vitest";
import { sale, startApp, type TestApp } from "./app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  const { books } = await app.ask("{ books { balanced differences { identity expected actual } } }");
  expect(books).toEqual({ balanced: true, differences: [] });
  await app.close();
});

const RETRY = `mutation ($id: ID!, $event: JSON, $key: String) {
  retryFailedEvent(id: $id, editedEvent: $event, idempotencyKey: $key) {
    outcome receipt { seq } ... on EventAccepted { event { id seq } } ... on EventDuplicate { event { seq } }
    ... on EventConflict { existing { seq } failure { id } } ... on EventRejected { problems { code } failure { attempts } }
  }
}`;
const RETRY_SENT = `mutation ($id: ID!) { retryFailedEvent(id: $id) { outcome } }`;
const FAILURE = `query ($id: ID!) {
  node(id: $id) { ... on FailedEvent {
    state kind attempts timesSeen reason raw nextAttemptAt problems { code path } resolvedBy { seq amount }
  } }
}`;
const START_RETRY = `mutation ($filter: FailedEventFilter) { retryFailedEvents(filter: $filter) { matched job { id state total } } }`;
const JOB = `query ($id: ID!) { job(id: $id) { kind state by total done succeeded failed startedAt endedAt error } }`;

const fail = async (client: string, change: object = {}, key: string | null = null): Promise<string> => {
  const { failure } = await app.ingest(sale({ client, amount: "?", ...change }), { idempotencyKey: key });
  return failure.id;
};
const failureOf = async (id: string) => (await app.ask(FAILURE, { id })).node;
const retry = async (id: string, more: object = {}) => (await app.ask(RETRY, { id, ...more })).retryFailedEvent;
const countOf = async (client: string): Promise<number> => {
  const { aggregations } = await app.ask(
    "query ($client: String!) { aggregations(filter: { clients: [$client] }) { count } }",
    { client },
  );
  return aggregations.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
};
const finished = async (id: string) => {
  await expect.poll(async () => (await app.ask(JOB, { id })).job.state, { timeout: 30_000 }).not.toBe("RUNNING");
  return (await app.ask(JOB, { id })).job;
};
const refusal = async (query: string, variables: object = {}) => {
  const { status, body } = await app.post(query, variables);
  const [error] = body.errors ?? [];
  return { status, code: error?.extensions?.code, message: error?.message };
};

test("an edited retry counts the edited event, and keeps what was sent and who is linked to whom", async () => {
  const id = await fail("editor");
  expect(await retry(id, { event: sale({ client: "editor", amount: "??" }) })).toMatchObject({
    ...{ outcome: "REJECTED", problems: [{ code: "NOT_A_NUMBER" }], failure: { attempts: 1 } },
  });
  const { event } = await retry(id, { event: sale({ client: "editor", amount: 4 }) });
  expect(await failureOf(id)).toMatchObject({
    ...{ state: "RESOLVED", attempts: 1, raw: sale({ client: "editor", amount: "?" }) },
    resolvedBy: { seq: event.seq, amount: "4" },
  });
  const { log } = await app.ask(
    "query ($id: ID!) { log(filter: { failure: $id }) { edges { node { action details } } } }",
    { id },
  );
  expect(log.edges.map(({ node }: { node: object }) => node)).toMatchObject([
    { action: "REJECTED", details: null },
    {
      action: "RETRIED",
      details: { attempt: 1, state: "OPEN", edited: JSON.stringify(sale({ client: "editor", amount: "??" })) },
    },
    { action: "ACCEPTED", details: { edited: true } },
  ]);
  expect(await refusal(RETRY, { id })).toMatchObject({
    ...{ code: "BAD_USER_INPUT", message: `The failed event is resolved already, by event ${event.seq}.` },
  });
});

test("an event whose key belongs to another is counted under a key of its own", async () => {
  await app.ingest(sale({ client: "twice" }), { idempotencyKey: "k" });
  const conflicting = { event: sale({ client: "twice", amount: 3 }), idempotencyKey: "k" };
  const { failure } = await app.ingest(conflicting.event, conflicting);
  expect(await retry(failure.id)).toMatchObject({ outcome: "CONFLICT", failure: { id: failure.id } });
  expect(await retry(failure.id, { key: "another" })).toMatchObject({ outcome: "ACCEPTED" });
  expect(await failureOf(failure.id)).toMatchObject({ state: "RESOLVED", attempts: 1, kind: "CONFLICT", timesSeen: 1 });
  expect(await countOf("twice")).toBe(2);
});

test("one failed event is counted once, however many people correct it at once and in how many ways", async () => {
  const id = await fail("crowd", {}, "order-1");
  const corrections = Array.from({ length: 20 }, (_, index) =>
    app.post(RETRY, { id, event: sale({ client: "crowd", amount: index + 1 }), key: `k-${index}` }),
  );
  const answers = await Promise.all(corrections);
  const outcomes = answers.map(({ body }) => body.data?.retryFailedEvent?.outcome ?? body.errors[0].extensions.code);
  expect(outcomes.filter((outcome) => outcome === "ACCEPTED")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "BAD_USER_INPUT")).toHaveLength(19);
  expect(await countOf("crowd")).toBe(1);
});

test("twenty retries at once, while its sender sends it again, count it once", async () => {
  const id = await fail("storm", { amount: "1,200" });
  await app.ask(`mutation { setClientProfile(client: "storm", profile: { decimalSeparator: DOT }) { openFailures } }`);
  const event = sale({ client: "storm", amount: "1,200" });
  await Promise.all(
    Array.from({ length: 20 }, (_, turn) => (turn % 4 === 0 ? app.ingest(event) : app.post(RETRY_SENT, { id }))),
  );
  expect(await countOf("storm")).toBe(1);
  expect(await failureOf(id)).toMatchObject({ state: "RESOLVED", resolvedBy: { amount: "1200" } });
});

test("a failed event that is discarded while it is tried again is one or the other", async () => {
  const DISCARD = `mutation ($id: ID!) { discardFailedEvent(id: $id, reason: "noise") { state } }`;
  for (let turn = 0; turn < 8; turn++) {
    const [client, id] = [`either-${turn}`, await fail(`either-${turn}`)];
    await Promise.all([app.post(RETRY, { id, event: sale({ client }) }), app.post(DISCARD, { id })]);
    const { state } = await failureOf(id);
    expect([state, await countOf(client)]).toEqual(state === "DISCARDED" ? ["DISCARDED", 0] : ["RESOLVED", 1]);
  }
});

test("a profile with reprocess heals the open failures, as its preview said", async () => {
  for (let amount = 1; amount <= 120; amount++)
    await fail("healed", { amount: `${amount},500`, timestamp: "2026-01-05" });
  await fail("healed", { amount: "x" });
  const profile = { decimalSeparator: "COMMA" };
  const { previewClientProfile } = await app.ask(
    `query ($profile: ClientProfileInput) { previewClientProfile(client: "healed", profile: $profile) {
      total looked accepted duplicates conflicts rejected samples { outcome amount client metric unit problems { code } failure { state } } } }`,
    { profile },
  );
  expect(previewClientProfile).toMatchObject({ total: 121, looked: 121, accepted: 120, rejected: 1, duplicates: 0 });
  const { setClientProfile } = await app.ask(
    `mutation ($profile: ClientProfileInput!) { setClientProfile(client: "healed", profile: $profile, reprocess: true, ifVersion: 0) {
      openFailures profile { version client by at decimalSeparator aliases { client } history { version by profile { identity } } } job { id } } }`,
    { profile },
  );
  expect(setClientProfile.profile).toMatchObject({ version: 1, decimalSeparator: "COMMA", history: [{ version: 1 }] });
  expect(await finished(setClientProfile.job.id)).toMatchObject({
    ...{ kind: "RETRY", state: "DONE", total: 121, done: 121, succeeded: 120, failed: 1, error: null },
  });
  expect(await countOf("healed")).toBe(120);
});

test("a bulk retry can be watched, and says what it would do", async () => {
  for (let turn = 0; turn < 130; turn++) await fail("bulk", { amount: "1,200", timestamp: 1_760_000_000 + turn });
  const filter = { clients: ["bulk"] };
  const dry = await app.ask(
    "mutation ($filter: FailedEventFilter) { retryFailedEvents(filter: $filter, dryRun: true) { matched job { id } preview { rejected accepted } } }",
    { filter },
  );
  expect(dry.retryFailedEvents).toEqual({ matched: 130, job: null, preview: { rejected: 130, accepted: 0 } });
  const { job } = (await app.ask(START_RETRY, { filter })).retryFailedEvents;
  const seen: { done: number; state: string }[] = [];
  const client = app.connect();
  const progress = client.iterate({
    query: "subscription ($id: ID!) { jobProgress(id: $id) { done state failed } }",
    variables: { id: job.id },
  });
  for await (const { data } of progress)
    seen.push((data as { jobProgress: { done: number; state: string } }).jobProgress);
  await client.dispose();
  expect(seen.at(-1)).toEqual({ done: 130, state: "DONE", failed: 130 });
  const { log } = await app.ask(
    "query ($id: ID!) { log(first: 500, filter: { job: $id, actions: [RETRIED] }) { edges { node { failure { id } job { id } } } } }",
    { id: job.id },
  );
  expect(new Set(log.edges.map(({ node }: { node: { failure: { id: string } } }) => node.failure.id)).size).toBe(130);
  expect(await refusal(`mutation ($id: ID!) { cancelJob(id: $id) { state } }`, { id: job.id })).toMatchObject({
    ...{ code: "BAD_USER_INPUT", message: "The job is DONE already." },
  });
});

test("a job that is cancelled leaves the rest alone, and the books balance all the while", async () => {
  await Promise.all(Array.from({ length: 600 }, (_, turn) => fail("stopped", { amount: `bad ${turn}` })));
  const { job } = (
    await app.ask(`mutation { discardFailedEvents(filter: { clients: ["stopped"] }, reason: "noise") { job { id } } }`)
  ).discardFailedEvents;
  await app.ask(`mutation ($id: ID!) { cancelJob(id: $id) { state endedAt } }`, { id: job.id });
  const { done, state } = await finished(job.id);
  expect([state, done < 600]).toEqual(["CANCELLED", true]);
  expect((await app.ask("{ books { balanced } }")).books.balanced).toBe(true);
});

test("failed events of one kind are one group, with its trend and its newest samples", async () => {
  for (const amount of ["?", "!", "?"]) await fail("grouped", { amount });
  const { failureGroups } = await app.ask(
    `{ failureGroups(filter: { clients: ["grouped"] }) { code path client count timesSeen trend firstSeenAt lastSeenAt samples(first: 1) { raw } } }`,
  );
  expect(failureGroups).toMatchObject([
    {
      code: "NOT_A_NUMBER",
      path: "amount",
      client: "grouped",
      count: 2,
      timesSeen: 3,
      samples: [{ raw: { amount: "!" } }],
    },
  ]);
  expect([failureGroups[0].trend.length, failureGroups[0].trend.at(-1)]).toEqual([24, 2]);
});

test("a voided event is in no figure, and comes back; its retries are duplicates", async () => {
  const { event } = await app.ingest(sale({ client: "void", amount: 5, timestamp: "2026-01-05T00:10:00Z" }));
  await app.ingest(sale({ client: "void", amount: 7, timestamp: "2026-01-05T00:10:00Z" }));
  const VOID = `mutation ($id: ID!) { voidEvent(id: $id, reason: "a test") { voided voiding { reason by seq sameAs { id } } } }`;
  expect((await app.ask(VOID, { id: event.id })).voidEvent).toMatchObject({
    voided: true,
    voiding: { reason: "a test" },
  });
  expect(await countOf("void")).toBe(1);
  expect(await app.ingest(sale({ client: "void", amount: 5, timestamp: "2026-01-05T00:10:00Z" }))).toMatchObject({
    outcome: "DUPLICATE",
  });
  expect(
    (await app.ask("query ($id: ID!) { explainEvent(id: $id) { buckets { count } log { action } } }", { id: event.id }))
      .explainEvent,
  ).toMatchObject({
    ...{ buckets: [], log: [{ action: "ACCEPTED" }, { action: "VOIDED" }, { action: "DUPLICATE" }] },
  });
  expect(await refusal(VOID, { id: event.id })).toMatchObject({
    code: "BAD_USER_INPUT",
    message: "The event is voided already.",
  });
  await app.ask(`mutation ($id: ID!) { unvoidEvent(id: $id) { voided } }`, { id: event.id });
  await app.ingest(sale({ client: "void", amount: 1, timestamp: "2026-01-05T00:11:00Z" }));
  const { explainEvent } = await app.ask(
    "query ($id: ID!) { explainEvent(id: $id) { identity preimage steps { rule } buckets { from to count sum min max } } }",
    { id: event.id },
  );
  expect(explainEvent.buckets).toMatchObject([
    { count: 3, sum: "13", min: "1", max: "7" },
    { from: null, count: 3 },
  ]);
});

const globalId = (type: string, id: number | string): string => Buffer.from(`${type}:${id}`).toString("base64");

test("what cannot be done is refused with words that say what to do", async () => {
  const id = await fail("refused");
  const [event, job] = [globalId("Event", 1), globalId("Job", 999_999)];
  const cases: readonly (readonly [query: string, message: RegExp])[] = [
    [`mutation { retryFailedEvent(id: "${globalId("FailedEvent", 999_999)}") { outcome } }`, /no failed event 999999/],
    [`mutation { retryFailedEvent(id: "${event}") { outcome } }`, /FailedEvent/],
    [
      `mutation { retryFailedEvent(id: "${globalId("FailedEvent", "1e3")}") { outcome } }`,
      /none that this server has given/,
    ],
    [`mutation { discardFailedEvent(id: "${id}", reason: "  ") { state } }`, /reason of 1 to 500/],
    [`mutation { discardFailedEvent(id: "${id}", reason: "${"x".repeat(501)}") { state } }`, /reason of 1 to 500/],
    [`mutation { discardFailedEvent(id: "${id}", reason: "a\\u0000b") { state } }`, /reason of 1 to 500/],
    [`mutation { reopenFailedEvent(id: "${id}") { state } }`, /discarded or is dead/],
    [`mutation { cancelJob(id: "${job}") { state } }`, /no such job/],
    [`mutation { unvoidEvent(id: "${globalId("Event", 999_999)}") { voided } }`, /no event 999999/],
    [`mutation { setClientProfile(client: " ", profile: {}) { openFailures } }`, /EMPTY_TEXT/],
    [
      `mutation { setClientProfile(client: "refused", profile: {}, ifVersion: 3) { openFailures } }`,
      /version 0, not 3/,
    ],
    [`mutation { deleteClientProfile(client: "refused") { openFailures } }`, /no profile/],
    [`{ explainEvent(id: "${globalId("Event", 999_999)}") { identity } }`, /no such event/],
    [`{ explainFailedEvent(id: "${globalId("FailedEvent", 999_999)}") { rawText } }`, /no such failed event/],
    [`{ failureGroups(first: 501) { count } }`, /0 to 500/],
  ];
  for (const [query, message] of cases) {
    const { code, message: told } = await refusal(query);
    expect({ query, code, told }).toMatchObject({ code: "BAD_USER_INPUT", told: expect.stringMatching(message) });
  }
});

test("everything that is wrong with a profile is told at once", async () => {
  const profile = {
    aliases: { client: ["..", "ok"], amount: Array(21).fill("x"), metric: ["[0]"], timestamp: ["a".repeat(201)] },
    ...{ timeZone: "Mars/Olympus", lateLimitSeconds: 0, futureLimitSeconds: 31_536_001 },
  };
  const { body } = await app.post(
    `mutation ($profile: ClientProfileInput!) { setClientProfile(client: "wrong", profile: $profile) { openFailures } }`,
    { profile },
  );
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  expect(body.errors[0].extensions.problems.map((problem: string) => problem.split(" ")[0])).toEqual([
    ...["aliases.client.0", "aliases.metric.0", "aliases.amount", "aliases.timestamp.0"],
    ...["timeZone", "lateLimitSeconds", "futureLimitSeconds"],
  ]);
});

test("hostile input to what repairs is answered like any other", async () => {
  const id = await fail("hostile");
  for (const event of [
    { client: "hostile", blob: "x".repeat(300_000) },
    "text",
    [],
    { __proto__: null, amount: "\ud800" },
  ])
    expect(await retry(id, { event })).toMatchObject({ outcome: "REJECTED" });
  const deep = `{ "query": ${JSON.stringify(RETRY)}, "variables": { "id": "${id}", "event": ${"[".repeat(50_000)}${"]".repeat(50_000)} } }`;
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${app.url}/graphql`, { method: "POST", headers, body: deep });
  expect(await answer.json()).toMatchObject({ data: { retryFailedEvent: { outcome: "REJECTED" } } });
  expect(await refusal(RETRY, { id, event: null })).toMatchObject({ code: "BAD_USER_INPUT" });
  expect(await refusal(RETRY, { id, key: "k".repeat(256) })).toMatchObject({ code: "BAD_USER_INPUT" });
  expect(await failureOf(id)).toMatchObject({ state: "OPEN", attempts: 5 });
  for (const text of ["\u0000", "\ud800", "%", "_", "\\", "'"]) {
    for (const filter of [{ text }, { clients: [text] }, { paths: [text] }]) {
      const { body } = await app.post(
        "mutation ($filter: FailedEventFilter) { retryFailedEvents(filter: $filter, dryRun: true) { matched } }",
        { filter: { ...filter, states: ["DEAD"] } },
      );
      expect({ filter, ...body }).toMatchObject({ data: { retryFailedEvents: { matched: 0 } } });
    }
  }
  const smileys = "😀".repeat(128);
  const { setClientProfile } = await app.ask(
    `mutation ($client: String!) { setClientProfile(client: $client, profile: { aliases: { amount: ["__proto__", "a.constructor"] } }) { profile { client } } }`,
    { client: smileys },
  );
  expect(setClientProfile.profile.client).toBe(smileys);
});

test("what was done is in the log and in the feed, and not among the outcomes", async () => {
  const { log } = await app.ask(
    "{ log(first: 500, filter: { actions: [VOIDED, UNVOIDED, DISCARDED, JOB_STARTED, JOB_ENDED, PROFILE_SET] }) { edges { node { action } } } }",
  );
  const actions = new Set(log.edges.map(({ node }: { node: { action: string } }) => node.action));
  expect(actions).toEqual(new Set(["VOIDED", "UNVOIDED", "DISCARDED", "JOB_STARTED", "JOB_ENDED", "PROFILE_SET"]));
  const byOutcome = await app.ask(
    `{ log(first: 500, filter: { outcomes: [ACCEPTED, DUPLICATE, CONFLICT, REJECTED] }) { edges { node { action } } } }`,
  );
  for (const { node } of byOutcome.log.edges)
    expect(["ACCEPTED", "DUPLICATE", "CONFLICT", "REJECTED"]).toContain(node.action);
});
