// The groups with all their figures, exactly; beside them what they were in the period before, and the difference.
import { createMemo, createSignal, For, Show } from "solid-js";
import { LineSample } from "../chart/SeriesName.tsx";
import { formatAmount, formatCount } from "../format.ts";
import { type Figure, figureNames, figures, type Place, type SortColumn } from "./aggregation-place.ts";
import { changeOf, differenceOf, figureOf, type Group, nameOf, togetherOf } from "./aggregation-rows.ts";
import { lineStyles } from "./aggregation-series.ts";

const MAX_ROWS = 200;

interface GroupTableProps {
  readonly place: Place;
  /** In the order in which they are listed. */
  readonly groups: readonly Group[];
  readonly drawn: readonly Group[];
  /** The period that they are compared with, in words; null where they are not. */
  readonly before: string | null;
  readonly go: (change: Partial<Place>) => void;
}

export const GroupTable = (props: GroupTableProps) => {
  const [rowCount, setRowCount] = createSignal(MAX_ROWS);
  const together = createMemo(() => togetherOf(props.groups));
  const shown = () => props.groups.slice(0, rowCount()).map(({ key }) => key);
  // Rows are known by their keys, so that one that is read or has the focus stays while its figures move.
  const groups = createMemo(() => new Map(props.groups.map((group) => [group.key, group])));
  return (
    <>
      <section class="table-box" tabindex="0" aria-label="Groups">
        <table class="figures-table">
          <thead>
            <tr>
              <SortHead {...props} column="name" text="Group" />
              <For each={figureNames}>{(figure) => <SortHead {...props} column={figure} text={figures[figure]} />}</For>
              <Show when={props.before}>
                {(before) => (
                  <>
                    <SortHead
                      {...props}
                      column="before"
                      text={`${figures[props.place.figure]} before`}
                      note={before()}
                    />
                    <SortHead {...props} column="difference" text="Difference" />
                  </>
                )}
              </Show>
            </tr>
          </thead>
          <tbody>
            <For each={shown()}>
              {(key) => <Show when={groups().get(key)}>{(group) => <GroupRow {...props} group={group()} />}</Show>}
            </For>
          </tbody>
          <Show when={props.groups.length > 1}>
            <tfoot>
              <GroupRow {...props} group={together()} isTogether />
            </tfoot>
          </Show>
        </table>
      </section>
      <Show when={props.groups.length > shown().length}>
        <p class="pager">
          <span>
            {formatCount(shown().length)} of {formatCount(props.groups.length)} groups
          </span>
          <button type="button" onClick={() => setRowCount(rowCount() + MAX_ROWS)}>
            Show {formatCount(Math.min(MAX_ROWS, props.groups.length - shown().length))} more
          </button>
        </p>
      </Show>
    </>
  );
};

const SortHead = (
  props: Pick<GroupTableProps, "place" | "go"> & { column: SortColumn; text: string; note?: string },
) => {
  const isSorted = () => props.place.sort.column === props.column;
  const order = () => {
    if (!isSorted()) return "none";
    return props.place.sort.isAscending ? "ascending" : "descending";
  };
  const sort = () =>
    props.go({
      sort: { column: props.column, isAscending: isSorted() ? !props.place.sort.isAscending : props.column === "name" },
    });
  const arrow = () => (order() === "ascending" ? "↑" : "↓");
  return (
    <th scope="col" class={props.column === "name" ? "" : "number"} aria-sort={order()}>
      <button type="button" class="sort" title={props.note} onClick={sort}>
        {props.text} <span aria-hidden="true">{isSorted() ? arrow() : ""}</span>
      </button>
    </th>
  );
};

const GroupRow = (props: GroupTableProps & { group: Group; isTogether?: boolean }) => {
  const style = () => lineStyles[props.drawn.findIndex(({ key }) => key === props.group.key)];
  const change = () => changeOf(props.group, props.place.figure);
  return (
    <tr data-key={props.group.key}>
      <th scope="row">
        <span class="chart-name">
          <Show when={style()} fallback={<svg width="16" height="12" aria-hidden="true" />}>
            {(known) => <LineSample series={known()} />}
          </Show>
          <Show when={!props.isTogether} fallback={<span>Together</span>}>
            <GroupName {...props} />
          </Show>
        </span>
      </th>
      <For each={figureNames}>
        {(figure: Figure) => (
          <td class="number" data-figure={figure} data-chosen={figure === props.place.figure}>
            {textOf(figureOf(props.group.tally, figure))}
          </td>
        )}
      </For>
      <Show when={props.before}>
        <td class="number" data-figure="before">
          {textOf(figureOf(props.group.before, props.place.figure))}
        </td>
        <td class="number" data-figure="difference">
          {signedText(differenceOf(props.group, props.place.figure))}
          <Show when={change()}>{(percent) => <span class="quiet"> {percentText(percent())}</span>}</Show>
        </td>
      </Show>
    </tr>
  );
};

/** Leads to this group alone, where there are others. */
const GroupName = (props: GroupTableProps & { group: Group }) => {
  const narrower = (): Partial<Place> => ({
    ...(props.group.client !== null && { clients: [props.group.client] }),
    ...(props.group.metric !== null && { metrics: [props.group.metric] }),
  });
  return (
    <Show when={props.groups.length > 1} fallback={<span>{nameOf(props.group)}</span>}>
      <button type="button" class="link" title="Look at this one alone" onClick={() => props.go(narrower())}>
        {nameOf(props.group)}
      </button>
    </Show>
  );
};

const textOf = (figure: string | null): string => (figure === null ? "–" : formatAmount(figure));

const signedText = (difference: string | null): string => {
  if (difference === null) return "–";
  return difference.startsWith("-") || difference === "0" ? formatAmount(difference) : `+${formatAmount(difference)}`;
};

const percentText = (percent: string): string => `${percent.replace("-", "\u2212")}\u202f%`;
