// Who is told of what happens, and how that goes. What is open stands in the address; how endpoints stand is asked every
// two seconds while the page is shown, since what is sent is no entry of the log.
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createSignal, For, onCleanup, Show } from "solid-js";
import { createQuery } from "../api/query.ts";
import { type Endpoint, EndpointsQuery } from "../api/webhook-operations.ts";
import { Detail } from "../components/Detail.tsx";
import { Notice } from "../components/Notice.tsx";
import { formatCount } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { neighbour } from "../standing.ts";
import { EndpointDetail } from "./EndpointDetail.tsx";
import { EndpointForm } from "./EndpointForm.tsx";
import { AttemptStrip, EndpointMark } from "./Marks.tsx";
import { untilText } from "./until.ts";
import { hostOf, stateOf } from "./webhook-words.ts";
import "../rooms.css";
import "./webhooks.css";

const INTERVAL_MS = 2_000;

export const Webhooks = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const query = createQuery({ client: useClient(), document: EndpointsQuery, variables: () => ({}) });
  const [secret, setSecret] = createSignal<{ readonly id: string; readonly secret: string }>();
  const timer = setInterval(() => void (document.hidden || query.refresh()), INTERVAL_MS);
  onCleanup(() => clearInterval(timer));
  let list: HTMLDivElement | undefined;

  const endpoints = () => query.data()?.webhookEndpoints ?? [];
  const isMaking = () => params.new === "1";
  const open = (endpoint: string | undefined) =>
    setParams({ endpoint, new: undefined, delivery: undefined, state: undefined, after: undefined, before: undefined });
  const make = () => setParams({ endpoint: undefined, new: "1" });
  const move = (step: number) => {
    const current = document.activeElement?.closest("tr")?.getAttribute("data-endpoint") ?? params.endpoint ?? null;
    const id = neighbour(
      endpoints().map((endpoint) => endpoint.id),
      current,
      step,
    );
    list?.querySelector<HTMLElement>(`tr[data-endpoint="${CSS.escape(id ?? "")}"] button`)?.focus();
    if (params.endpoint) open(id ?? undefined);
  };
  useShortcuts(() => [
    { key: "n", label: "Make an endpoint", run: make },
    { key: "j", label: "Next row", run: () => move(1) },
    { key: "k", label: "Row before", run: () => move(-1) },
  ]);

  return (
    <>
      <header class="room-head">
        <h1>Webhooks</h1>
        <Show when={endpoints().length > 0}>
          <button type="button" onClick={make}>
            Make an endpoint <kbd>n</kbd>
          </button>
        </Show>
      </header>
      <Announcement endpoints={endpoints()} onOpen={open} />
      <div class="split webhooks" data-open={isMaking() || params.endpoint !== undefined}>
        <div ref={list}>
          <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
          <Show
            when={query.data()}
            fallback={<p class="empty quiet late">{query.fault() ? "" : "Looking for endpoints"}</p>}
          >
            <Show when={endpoints().length > 0} fallback={<NoEndpoints onMake={make} />}>
              <EndpointTable
                endpoints={endpoints()}
                current={params.endpoint}
                isNarrow={isMaking() || params.endpoint !== undefined}
                onOpen={open}
              />
            </Show>
          </Show>
        </div>
        <Show when={isMaking()}>
          <Detail title="A new endpoint" label="New endpoint" onClose={() => open(undefined)}>
            <EndpointForm
              onDone={(made) => {
                setSecret(made);
                void query.refresh().then(() => open(made?.id));
              }}
              onCancel={() => open(undefined)}
            />
          </Detail>
        </Show>
        <Show when={params.endpoint} keyed>
          {(id) => (
            <Show when={endpoints().find((endpoint) => endpoint.id === id)}>
              {(endpoint) => (
                <EndpointDetail
                  endpoint={endpoint()}
                  secret={secret()?.id === id ? secret()?.secret : undefined}
                  onSecret={(text) => setSecret(text === undefined ? undefined : { id, secret: text })}
                  onChange={() => void query.refresh()}
                  onClose={() => open(undefined)}
                />
              )}
            </Show>
          )}
        </Show>
      </div>
    </>
  );
};

/** What the server has disabled by itself, until somebody deals with it. */
const Announcement = (props: { endpoints: readonly Endpoint[]; onOpen: (id: string) => void }) => {
  const given = () =>
    props.endpoints.filter(({ disabledBecause }) => disabledBecause === "GONE" || disabledBecause === "FAILING");
  return (
    <For each={given()}>
      {(endpoint) => (
        <div class="notice webhook-notice" role="alert">
          <p>
            <strong>{endpoint.name} was disabled.</strong>{" "}
            {endpoint.disabledBecause === "GONE"
              ? "It answered 410, gone."
              : "It took nothing for more than three days."}{" "}
            What happens meanwhile waits for it in the log.
          </p>
          <button type="button" onClick={() => props.onOpen(endpoint.id)}>
            Look at it
          </button>
        </div>
      )}
    </For>
  );
};

const NoEndpoints = (props: { onMake: () => void }) => (
  <div class="empty">
    <p>
      <strong>Nobody is told of anything yet.</strong> An endpoint gets an HTTP request when events fail, or whatever
      else you choose happens; signed, in order, and again until it is taken.
    </p>
    <button type="button" class="primary" onClick={() => props.onMake()}>
      Make an endpoint
    </button>
  </div>
);

const EndpointTable = (props: {
  endpoints: readonly Endpoint[];
  current: string | undefined;
  isNarrow: boolean;
  onOpen: (id: string) => void;
}) => (
  <table class="table endpoints">
    <thead>
      <tr>
        <th scope="col">Endpoint</th>
        <th scope="col">State</th>
        <th scope="col">Last attempts</th>
        <Show when={!props.isNarrow}>
          <th scope="col" class="number">
            Waiting
          </th>
          <th scope="col" class="number">
            Entries behind
          </th>
          <th scope="col" class="number">
            Next attempt
          </th>
        </Show>
      </tr>
    </thead>
    <tbody>
      <For each={props.endpoints.map(({ id }) => id)}>
        {(id) => (
          <Show when={props.endpoints.find((endpoint) => endpoint.id === id)}>
            {(endpoint) => (
              <tr data-endpoint={id} data-open={props.current === id} data-state={stateOf(endpoint())}>
                <td>
                  <button
                    type="button"
                    class="row-open"
                    aria-current={props.current === id ? "true" : undefined}
                    onClick={() => props.onOpen(id)}
                  >
                    {endpoint().name}
                  </button>
                  <span class="endpoint-host quiet">{hostOf(endpoint().url)}</span>
                </td>
                <td>
                  <EndpointMark endpoint={endpoint()} />
                </td>
                <td>
                  <AttemptStrip attempts={endpoint().attempts} />
                </td>
                <Show when={!props.isNarrow}>
                  <td class="number" data-label="Waiting">
                    {formatCount(endpoint().waiting)}
                  </td>
                  <td class="number" data-label="Entries behind">
                    {formatCount(endpoint().lag)}
                  </td>
                  <td class="number" data-label="Next attempt">
                    {(endpoint().isEnabled && untilText(endpoint().nextAttemptAt)) || "–"}
                  </td>
                </Show>
              </tr>
            )}
          </Show>
        )}
      </For>
    </tbody>
  </table>
);
