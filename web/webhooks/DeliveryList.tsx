// What an endpoint is told and was told of late: each with its attempts, and the ways to send it again or to let it be.
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { createQuery } from "../api/query.ts";
import {
  DeliveriesQuery,
  type Delivery,
  DeliveryQuery,
  type Endpoint,
  ReplayDeliveriesMutation,
  ReplayDeliveryMutation,
  SkipDeliveryMutation,
} from "../api/webhook-operations.ts";
import { Age, CopyableAge } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { type PageParams, Pager } from "../components/Pager.tsx";
import { Segments } from "../components/Segments.tsx";
import { fieldOf, instantOf } from "../events/instant-field.ts";
import { formatCount, formatJson } from "../format.ts";
import { timeZone } from "../times.ts";
import { DeliveryMark } from "./Marks.tsx";
import { deliveryViewNames, deliveryViews, readView } from "./webhook-words.ts";

const PAGE = 20;

export const DeliveryList = (props: { endpoint: Endpoint; onChange: () => void }) => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const client = useClient();
  const view = () => readView(params.state);
  const query = createQuery({
    ...{ client, document: DeliveriesQuery, keeps: true },
    variables: () => ({
      ...{ id: props.endpoint.id, filter: { states: deliveryViews[view()].states?.slice() ?? null } },
      ...(params.before ? { last: PAGE, before: params.before } : { first: PAGE, after: params.after ?? null }),
    }),
  });
  // What the endpoint says of itself moves with its deliveries.
  createEffect(
    on(
      () => JSON.stringify([props.endpoint.waiting, props.endpoint.attempts[0], props.endpoint.lag]),
      () => void query.refresh(),
      { defer: true },
    ),
  );
  const page = () => query.data()?.webhookEndpoint?.deliveries;
  const go = ({ after, before }: PageParams) => setParams({ after, before });
  const changed = () => {
    void query.refresh();
    props.onChange();
  };
  return (
    <section class="deliveries">
      <h3>Deliveries</h3>
      <Segments
        legend="Which deliveries"
        choices={deliveryViewNames.map((value) => ({ value, text: deliveryViews[value].name }))}
        isChosen={(value) => value === view()}
        onChoose={(value) =>
          setParams({ state: value === "all" ? undefined : value, after: undefined, before: undefined })
        }
      />
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <Show when={page()} fallback={<p class="quiet late">Looking for deliveries</p>}>
        {(page) => (
          <Show when={page().edges.length > 0} fallback={<NoDeliveries isAll={view() === "all"} />}>
            <ul class="delivery-rows">
              <For each={page().edges.map(({ node }) => node.id)}>
                {(id) => (
                  <Show when={page().edges.find(({ node }) => node.id === id)?.node}>
                    {(delivery) => (
                      <DeliveryRow
                        delivery={delivery()}
                        isOpen={params.delivery === id}
                        onOpen={(isOpen) => setParams({ delivery: isOpen ? id : undefined })}
                        onChange={changed}
                      />
                    )}
                  </Show>
                )}
              </For>
            </ul>
            <Pager page={page()} noun="row" onPage={go} />
          </Show>
        )}
      </Show>
      <ReplayRange endpoint={props.endpoint.id} onChange={changed} />
    </section>
  );
};

const NoDeliveries = (props: { isAll: boolean }) => (
  <p class="quiet">
    {props.isAll
      ? "Nothing yet: what it wants to know has not happened since it was made. A test shows whether it can be reached."
      : "None of these."}
  </p>
);

const DeliveryRow = (props: {
  delivery: Delivery;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onChange: () => void;
}) => (
  <li data-open={props.isOpen}>
    <button
      type="button"
      class="delivery-open"
      aria-expanded={props.isOpen}
      onClick={() => props.onOpen(!props.isOpen)}
    >
      <span class="delivery-type">
        <strong>{props.delivery.type}</strong> <span class="quiet">{props.delivery.code}</span>
      </span>
      <span class="number">{props.delivery.count > 0 ? `${formatCount(props.delivery.count)}×` : ""}</span>
      <DeliveryMark state={props.delivery.state} />
      <span class="quiet delivery-status">
        <Show when={props.delivery.attempts[0]}>
          {(attempt) => <>{attempt().status ?? (attempt().result === "FAILED" ? "no answer" : "")}</>}
        </Show>
      </span>
      <span class="number quiet">
        <Age at={props.delivery.fromAt} />
      </span>
    </button>
    <Show when={props.isOpen}>
      <OpenDelivery delivery={props.delivery} onChange={props.onChange} />
    </Show>
  </li>
);

const OpenDelivery = (props: { delivery: Delivery; onChange: () => void }) => {
  const client = useClient();
  const replaying = createDeed(client, ReplayDeliveryMutation);
  const skipping = createDeed(client, SkipDeliveryMutation);
  const query = createQuery({
    ...{ client, document: DeliveryQuery, keeps: true, variables: () => ({ id: props.delivery.id }) },
  });
  createEffect(
    on(
      () => JSON.stringify([props.delivery.state, props.delivery.attempts[0], props.delivery.count]),
      () => void query.refresh(),
      { defer: true },
    ),
  );
  const isTest = () => props.delivery.type === "webhook.test";
  const canReplay = () => !isTest() && ["DELIVERED", "SKIPPED"].includes(props.delivery.state);
  const replay = async () => {
    if (await replaying.run({ id: props.delivery.id })) props.onChange();
  };
  const skip = async () => {
    if (await skipping.run({ id: props.delivery.id })) props.onChange();
  };
  return (
    <div class="delivery-body">
      <Show when={replaying.fault() ?? skipping.fault() ?? query.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <p class="quiet">
        <code>{props.delivery.messageId}</code>
        <Show when={props.delivery.count > 0}>
          {" "}
          · entries #{props.delivery.fromSeq} to #{props.delivery.toSeq}
        </Show>
      </p>
      <Show when={canReplay()}>
        <div class="buttons">
          <button type="button" disabled={replaying.isDoing()} onClick={replay}>
            Send again
          </button>
        </div>
      </Show>
      <Show when={props.delivery.state === "WAITING"}>
        <div class="buttons">
          <button type="button" disabled={skipping.isDoing()} onClick={skip}>
            Skip it
          </button>
        </div>
      </Show>
      <Show when={query.data()?.webhookDelivery} fallback={<p class="quiet late">Reading the delivery</p>}>
        {(whole) => (
          <>
            <ol class="log" aria-label="Attempts">
              <For each={whole().attempts} fallback={<li class="quiet">Not sent yet.</li>}>
                {(attempt) => (
                  <li>
                    <p class="log-line">
                      <span class="webhook-mark" data-state={attempt.result}>
                        {attempt.status === null ? (attempt.error ?? "no answer") : `HTTP ${attempt.status}`}
                      </span>
                      <span class="quiet">
                        {formatCount(attempt.durationMs)} ms · <CopyableAge at={attempt.at} />
                      </span>
                    </p>
                    <Show when={attempt.response}>
                      {(response) => (
                        <details class="disclosure">
                          <summary>Answer</summary>
                          <pre>{response()}</pre>
                        </details>
                      )}
                    </Show>
                  </li>
                )}
              </For>
            </ol>
            <details class="disclosure">
              <summary>What is sent</summary>
              <pre>{formatJson(whole().body)}</pre>
            </details>
          </>
        )}
      </Show>
    </div>
  );
};

/** Sends everything of a time again. */
const ReplayRange = (props: { endpoint: string; onChange: () => void }) => {
  const replaying = createDeed(useClient(), ReplayDeliveriesMutation);
  const [from, setFrom] = createSignal<string | null>(null);
  const [to, setTo] = createSignal<string | null>(null);
  const [count, setCount] = createSignal<number>();
  const replay = async () => {
    const filter = { from: from(), to: to(), states: ["DELIVERED" as const, "SKIPPED" as const] };
    const answer = await replaying.run({ id: props.endpoint, filter });
    setCount(answer?.replayWebhookDeliveries);
    if (answer) props.onChange();
  };
  const zone = () => (timeZone() === "UTC" ? "UTC" : "your time");
  return (
    <details class="disclosure">
      <summary>Send a time again</summary>
      <div class="replay-range">
        <For
          each={
            [
              ["from", from, setFrom],
              ["before", to, setTo],
            ] as const
          }
        >
          {([label, at, setAt]) => (
            <label class="filter">
              <span>
                {label} <span class="quiet">({zone()})</span>
              </span>
              <input
                type="datetime-local"
                step="1"
                value={fieldOf({ at: at(), zone: timeZone() })}
                onChange={(event) => setAt(instantOf({ text: event.currentTarget.value, zone: timeZone() }))}
              />
            </label>
          )}
        </For>
        <button type="button" disabled={replaying.isDoing() || (from() === null && to() === null)} onClick={replay}>
          Send these again
        </button>
      </div>
      <Show when={replaying.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <p role="status" class="quiet">
        {count() === undefined
          ? "With the same ids, in their order, in the queue of the endpoint."
          : `${formatCount(count() ?? 0)} put back into the queue.`}
      </p>
    </details>
  );
};
