// The first groups with all their figures, exactly, and what all others are together; beside them what they were in the
// period before, and the difference. Rows stand still while their figures move.
import { createMemo, For, Show } from "solid-js";
import type { AggregationAnswers } from "../api/aggregation-answers.ts";
import { LineSample } from "../chart/SeriesName.tsx";
import { formatAmount } from "../format.ts";
import { errorWords } from "./AggregationChart.tsx";
import { isPercentile, nameOfFigure, type Place, type SortColumn, tallyFigures } from "./aggregation-place.ts";
import { changeOf, differenceOf, figureOf, type Group, nameOf, relativeErrorOf } from "./aggregation-rows.ts";
import { lineStyles } from "./aggregation-series.ts";

interface GroupTableProps {
  readonly place: Place;
  readonly answers: AggregationAnswers;
  /** The period that they are compared with, in words; null where they are not. */
  readonly before: string | null;
  readonly go: (change: Partial<Place>) => void;
}

export const GroupTable = (props: GroupTableProps) => {
  // Rows are known by their keys, so that one that is read or has the focus stays while its figures move.
  const groups = createMemo(() => new Map(props.answers.groups()?.map((group) => [group.key, group])));
  const error = () => relativeErrorOf([...groups().values()].map(({ tally }) => tally));
  return (
    <>
      <section class="table-box" tabindex="0" aria-label="Groups">
        <table class="figures-table">
          <thead>
            <tr>
              <SortHead {...props} column="name" text="Group" />
              <For each={tallyFigures}>
                {(figure) => <SortHead {...props} column={figure} text={nameOfFigure(figure)} />}
              </For>
              <For each={shownPercentiles(props.place)}>
                {(figure) => (
                  <th scope="col" class="number">
                    {figure} <span title={errorWords(error())}>{error() > 0 ? "≈" : ""}</span>
                  </th>
                )}
              </For>
              <Show when={props.before}>
                {(before) => (
                  <>
                    <th scope="col" class="number" title={before()}>
                      {nameOfFigure(props.place.figure)} before
                    </th>
                    <th scope="col" class="number">
                      Difference
                    </th>
                  </>
                )}
              </Show>
            </tr>
          </thead>
          <tbody>
            <For each={[...groups().keys()]}>
              {(key) => <Show when={groups().get(key)}>{(group) => <GroupRow {...props} group={group()} />}</Show>}
            </For>
          </tbody>
          <Show when={groups().size > 1}>
            <tfoot>
              <GroupRow {...props} group={props.answers.together()} isTogether />
            </tfoot>
          </Show>
        </table>
      </section>
      <Show when={error() > 0}>
        <p class="quiet drawn-note">{errorWords(error())}</p>
      </Show>
    </>
  );
};

const shownPercentiles = ({ figure, percentiles }: Place) => (isPercentile(figure) ? percentiles : []);

const SortHead = (props: Pick<GroupTableProps, "place" | "go"> & { column: SortColumn; text: string }) => {
  const isSorted = () => props.place.sort.column === props.column;
  const order = () => {
    if (!isSorted()) return "none";
    return props.place.sort.isAscending ? "ascending" : "descending";
  };
  const sort = () =>
    props.go({ sort: { column: props.column, isAscending: isSorted() && !props.place.sort.isAscending } });
  const arrow = () => (order() === "ascending" ? "↑" : "↓");
  return (
    <th scope="col" class={props.column === "name" ? "" : "number"} aria-sort={order()}>
      <button type="button" class="sort" onClick={sort}>
        {props.text} <span aria-hidden="true">{isSorted() ? arrow() : ""}</span>
      </button>
    </th>
  );
};

const GroupRow = (props: GroupTableProps & { group: Group; isTogether?: boolean }) => {
  const style = () => lineStyles[props.answers.drawn().findIndex(({ key }) => key === props.group.key)];
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
      <For each={[...tallyFigures, ...shownPercentiles(props.place)]}>
        {(figure) => (
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
  const isAlone = () => props.group.isOther || props.answers.groups()?.length === 1;
  const narrower = (): Partial<Place> => ({
    ...(props.group.client !== null && { clients: [props.group.client] }),
    ...(props.group.metric !== null && { metrics: [props.group.metric] }),
  });
  return (
    <Show when={!isAlone()} fallback={<span>{nameOf(props.group)}</span>}>
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
