// Counted events, a page at a time, newest first. The rows stand still: what changes, changes in place; what is new waits.
import { For, Show } from "solid-js";
import type { EventRow } from "../api/event-operations.ts";
import { createEventRows } from "../api/event-rows.ts";
import { Age, Clock, timeZoneName } from "../components/Age.tsx";
import { Notice } from "../components/Notice.tsx";
import { Pager } from "../components/Pager.tsx";
import { formatCount, formatPlural } from "../format.ts";
import { EmptyLog } from "../log/EmptyLog.tsx";
import type { Params } from "../saved-views.ts";
import { useShortcuts } from "../shortcuts.ts";
import { neighbour } from "../standing.ts";
import { fractionDigits, splitAmount } from "./decimal-point.ts";
import { describeFilter, type EventPlace, isFiltered, listStart, noFilter } from "./event-place.ts";
import { warningLine } from "./warning-words.ts";

export const EventList = (props: { place: EventPlace; go: (params: Params) => void }) => {
  const list = createEventRows(() => props.place);
  let table: HTMLTableElement | undefined;
  const open = (event: string) => props.go({ event });
  const move = (step: number) => {
    const focused = document.activeElement?.closest("tr")?.getAttribute("data-id") ?? null;
    const ids = list.rows()?.map(({ id }) => id) ?? [];
    const id = neighbour(ids, props.place.event ?? focused, step);
    table?.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(id ?? "")}"] button`)?.focus();
    if (props.place.event !== null && id !== undefined) open(id);
  };
  useShortcuts(() => [
    { key: "j", label: "Next row", run: () => move(1) },
    { key: "k", label: "Row before", run: () => move(-1) },
    ...(list.waiting() > 0 ? [{ key: "n", label: "Show the new ones", run: list.showAll }] : []),
  ]);
  return (
    <section class="event-list" aria-label="Events" aria-busy={list.isAsking()}>
      <Show when={list.fault()}>{(fault) => <Notice fault={fault()} onRetry={list.refresh} />}</Show>
      <Show when={list.rows()} fallback={<p class="empty quiet late">{list.fault() ? "" : "Looking for events"}</p>}>
        {(rows) => (
          <Show when={rows().length > 0} fallback={<NoEvents place={props.place} go={props.go} />}>
            <p class="list-head">
              <span>
                <strong>{formatPlural(list.page()?.totalCount ?? 0, "event")}</strong>{" "}
                <span class="quiet">{describeFilter(props.place)}</span>
              </span>
              <span aria-live="polite">
                <Show when={list.waiting() > 0}>
                  <button type="button" onClick={() => list.showAll()}>
                    Show {formatCount(list.waiting())} new <kbd>n</kbd>
                  </button>
                </Show>
              </span>
            </p>
            <EventTable
              ref={(element) => {
                table = element;
              }}
              rows={rows()}
              current={props.place.event}
              onOpen={open}
            />
            <Pager page={list.page()} noun="event" onPage={(ends) => props.go({ ...listStart, ...ends })} />
          </Show>
        )}
      </Show>
    </section>
  );
};

/** Beside an open event only what tells the rows apart is left. */
const EventTable = (props: {
  ref: (element: HTMLTableElement) => void;
  rows: readonly EventRow[];
  current: string | null;
  onOpen: (id: string) => void;
}) => {
  const isNarrow = () => props.current !== null;
  const digits = () => (isNarrow() ? 0 : fractionDigits(props.rows.map(({ amount }) => amount)));
  return (
    <table class="table events" ref={props.ref} data-narrow={isNarrow()}>
      <thead>
        <tr>
          <th scope="col">Client{isNarrow() ? ", metric" : ""}</th>
          <Show when={!isNarrow()}>
            <th scope="col">Metric</th>
          </Show>
          <th scope="col" class="number">
            Amount{isNarrow() ? ", received" : ""}
          </th>
          <Show when={!isNarrow()}>
            <th scope="col">Unit</th>
            <th scope="col">Event time, {timeZoneName()}</th>
            <th scope="col" class="number">
              Received
            </th>
            <th scope="col" class="number">
              Seen
            </th>
            <th scope="col">Warnings</th>
          </Show>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows.map(({ id }) => id)}>
          {(id) => (
            <Show when={props.rows.find((row) => row.id === id)}>
              {(row) => (
                <Row
                  event={row()}
                  digits={digits()}
                  isOpen={props.current === id}
                  isNarrow={isNarrow()}
                  onOpen={() => props.onOpen(id)}
                />
              )}
            </Show>
          )}
        </For>
      </tbody>
    </table>
  );
};

const Row = (props: { event: EventRow; digits: number; isOpen: boolean; isNarrow: boolean; onOpen: () => void }) => (
  <tr data-id={props.event.id} data-open={props.isOpen} data-voided={props.event.voided}>
    <td>
      <button
        type="button"
        class="row-open"
        aria-current={props.isOpen ? "true" : undefined}
        onClick={() => props.onOpen()}
      >
        {props.event.client}
      </button>
      <Show when={props.isNarrow}>
        <span class="row-note">{props.event.metric}</span>
      </Show>
    </td>
    <Show when={!props.isNarrow}>
      <td data-label="metric">{props.event.metric}</td>
    </Show>
    <td class="number amount">
      <Amount amount={props.event.amount} digits={props.digits} />
      <Show when={props.isNarrow}>
        {" "}
        <span class="unit">{props.event.unit}</span>
        <span class="row-note">
          <Age at={props.event.receivedAt} />
        </span>
      </Show>
    </td>
    <Show when={!props.isNarrow}>
      <td class="unit">{props.event.unit}</td>
      <td data-label="event time">
        <Clock at={props.event.timestamp} />
      </td>
      <td class="number" data-label="received">
        <Age at={props.event.receivedAt} />
      </td>
      <td class="number" data-label="seen">
        {formatCount(props.event.timesSeen)}
      </td>
      <td class="warnings-cell">
        <Show when={props.event.voided}>
          <strong>does not count </strong>
        </Show>
        {warningLine(props.event.warnings)}
      </td>
    </Show>
  </tr>
);

/** Its fraction takes the room of the longest one on the page. */
const Amount = (props: { amount: string; digits: number }) => (
  <>
    {splitAmount(props.amount).whole}
    <span class="fraction" style={{ "--digits": props.digits }}>
      {splitAmount(props.amount).fraction}
    </span>
  </>
);

const NoEvents = (props: { place: EventPlace; go: (params: Params) => void }) => (
  <Show when={isFiltered(props.place)} fallback={<EmptyLog />}>
    <div class="empty">
      <p>
        <strong>Nothing matches.</strong> No event was counted {describeFilter(props.place)}.
      </p>
      <button type="button" onClick={() => props.go({ ...listStart, ...noFilter })}>
        Show all events
      </button>
    </div>
  </Show>
);
