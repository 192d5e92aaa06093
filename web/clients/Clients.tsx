// Who sends, what became of it, and how each one's events are read. The open client stands in the address.
import { A, useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { For, Show } from "solid-js";
import { createJobs, JobsProvider } from "../api/jobs.ts";
import { useNews } from "../api/news.ts";
import { type ClientFigures, ClientsQuery } from "../api/profile-operations.ts";
import { createQuery } from "../api/query.ts";
import { Age } from "../components/Age.tsx";
import { JobList } from "../components/JobList.tsx";
import { Notice } from "../components/Notice.tsx";
import { FilterField } from "../failures/FailureFilters.tsx";
import { formatCount } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { neighbour } from "../standing.ts";
import { ClientDetail } from "./ClientDetail.tsx";
import "../rooms.css";

const MAX_CLIENTS = 10_000;
/** More rows than this are not read but searched. */
const MAX_ROWS = 200;

export const Clients = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const api = useClient();
  const jobs = createJobs(api);
  const query = createQuery({ client: api, document: ClientsQuery, variables: () => ({ first: MAX_CLIENTS }) });
  useNews({ isNews: () => true, task: query.refresh });
  let search: HTMLInputElement | undefined;
  let list: HTMLDivElement | undefined;

  const versions = () =>
    new Map(query.data()?.clientProfiles.edges.map(({ node }) => [node.client, node.version] as const));
  const clients = () => {
    const all = query.data()?.stats.clients ?? [];
    const known = new Set(all.map(({ client }) => client));
    const silent = [...versions().keys()].filter((client) => !known.has(client)).map(withoutFigures);
    const text = (params.text ?? "").toLowerCase();
    return [...all, ...silent].filter(({ client }) => client.toLowerCase().includes(text));
  };
  const rows = () => clients().slice(0, MAX_ROWS);
  const open = (client: string | undefined) => setParams({ client });
  const move = (step: number) => {
    const current = document.activeElement?.closest("tr")?.getAttribute("data-client") ?? params.client ?? null;
    const client = neighbour(
      rows().map((row) => row.client),
      current,
      step,
    );
    list?.querySelector<HTMLElement>(`tr[data-client="${CSS.escape(client ?? "")}"] button`)?.focus();
    if (params.client) open(client);
  };
  useShortcuts(() => [
    { key: "/", label: "Search clients", run: () => search?.focus() },
    { key: "j", label: "Next row", run: () => move(1) },
    { key: "k", label: "Row before", run: () => move(-1) },
  ]);

  return (
    <JobsProvider value={jobs}>
      <header class="room-head">
        <h1>Clients</h1>
      </header>
      <search class="filters" aria-label="Which clients">
        <FilterField
          ref={(element) => {
            search = element;
          }}
          label="Name"
          placeholder="part of it"
          value={params.text ?? ""}
          onValue={(text) => setParams({ text })}
        />
        <Show when={(params.text ?? "") !== "" || clients().length > MAX_ROWS}>
          <p class="quiet">
            {formatCount(rows().length)} of {formatCount(clients().length)} shown
          </p>
        </Show>
      </search>
      <JobList />
      <div class="split" data-open={params.client !== undefined}>
        <div class="client-list" ref={list}>
          <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
          <Show
            when={query.data()}
            fallback={<p class="empty quiet late">{query.fault() ? "" : "Looking for clients"}</p>}
          >
            <Show
              when={rows().length > 0}
              fallback={<NoClients text={params.text ?? ""} onClear={() => setParams({ text: "" })} />}
            >
              <ClientTable
                rows={rows()}
                versions={versions()}
                current={params.client}
                isNarrow={params.client !== undefined}
                onOpen={open}
              />
            </Show>
          </Show>
        </div>
        <Show when={params.client} keyed>
          {(client) => <ClientDetail client={client} onClose={() => open(undefined)} />}
        </Show>
      </div>
    </JobsProvider>
  );
};

type Row = Omit<ClientFigures, "lastSeenAt"> & { readonly lastSeenAt: string | null };

/** A client that has a profile and has not sent anything yet. */
const withoutFigures = (client: string): Row => ({
  ...{ client, received: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 },
  lastSeenAt: null,
});

const NoClients = (props: { text: string; onClear: () => void }) => (
  <Show
    when={props.text !== ""}
    fallback={
      <div class="empty">
        <p>
          <strong>Nobody has sent anything yet.</strong> A client appears here with its first event.
        </p>
        <p class="quiet">
          To see one, <A href="/submit">send a sample</A>.
        </p>
      </div>
    }
  >
    <div class="empty">
      <p>
        <strong>Nothing matches.</strong> No client has “{props.text}” in its name.
      </p>
      <button type="button" onClick={() => props.onClear()}>
        Clear the search
      </button>
    </div>
  </Show>
);

const columns = ["received", "accepted", "duplicates", "conflicts", "rejected"] as const;
const titles = {
  ...{ received: "Received", accepted: "Accepted", duplicates: "Duplicates" },
  ...{ conflicts: "Conflicts", rejected: "Rejected" },
} as const;

/** Beside an open client only what tells the rows apart is left. */
const ClientTable = (props: {
  rows: readonly Row[];
  versions: ReadonlyMap<string, number>;
  current: string | undefined;
  isNarrow: boolean;
  onOpen: (client: string) => void;
}) => {
  const shown = () => (props.isNarrow ? (["received", "rejected"] as const) : columns);
  return (
    <table class="table clients">
      <thead>
        <tr>
          <th scope="col">Client</th>
          <For each={shown()}>
            {(column) => (
              <th scope="col" class="number">
                {titles[column]}
              </th>
            )}
          </For>
          <th scope="col">Profile</th>
          <th scope="col" class="number">
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows.map(({ client }) => client)}>
          {(client) => (
            <Show when={props.rows.find((row) => row.client === client)}>
              {(row) => (
                <tr data-client={client} data-open={props.current === client}>
                  <td>
                    <button
                      type="button"
                      class="row-open"
                      aria-current={props.current === client ? "true" : undefined}
                      onClick={() => props.onOpen(client)}
                    >
                      {client}
                    </button>
                  </td>
                  <For each={shown()}>
                    {(column) => (
                      <td class="number" data-label={titles[column]}>
                        {formatCount(row()[column])}
                      </td>
                    )}
                  </For>
                  <td data-label="Profile">
                    <Show when={props.versions.get(client)} fallback={<span class="quiet">none</span>}>
                      {(version) => <>version {version()}</>}
                    </Show>
                  </td>
                  <td class="number" data-label="Last seen">
                    <Show when={row().lastSeenAt} fallback={<span class="quiet">never</span>}>
                      {(at) => <Age at={at()} />}
                    </Show>
                  </td>
                </tr>
              )}
            </Show>
          )}
        </For>
      </tbody>
    </table>
  );
};
