// An answer that stays true: all rows at first, then each that has changed in place of the one before it. After a lost
// connection, or while nobody looked, it begins anew with all rows, and until these are there the last ones stay.
import type { Client } from "@urql/core";
import { type Accessor, batch, createEffect, createMemo, createSignal, on, onCleanup, untrack } from "solid-js";
import {
  type Aggregation,
  type AggregationsVariables,
  type AggregationUpdate,
  AggregationUpdatesSubscription,
} from "./aggregation-operations.ts";
import { type Fault, faultOf } from "./fault.ts";
import { useLive } from "./live.ts";
import { onReconnect } from "./reconnect.ts";

export interface LiveAggregation {
  /** Undefined before the first answer, and where there is nothing to ask. */
  readonly rows: Accessor<readonly Aggregation[] | undefined>;
  /** The variables that the rows are about, as text: changes with the first answer to other ones. */
  readonly question: Accessor<string | undefined>;
  /** Whether they are about what is asked now. */
  readonly isCurrent: Accessor<boolean>;
  /** The last entry of the log that the rows include. */
  readonly asOfSeq: Accessor<number | undefined>;
  /** Why the server has refused the question. */
  readonly fault: Accessor<Fault | undefined>;
  /** Whether rows are under way. */
  readonly isAsking: Accessor<boolean>;
  retry(): void;
}

interface LiveAggregationDeps {
  readonly client: Client;
  /** Null where there is nothing to ask. */
  readonly variables: Accessor<AggregationsVariables | null>;
}

/** For as long as the component is on screen. */
export const createLiveAggregation = ({ client, variables }: LiveAggregationDeps): LiveAggregation => {
  const [answer, setAnswer] = createSignal<Answer & { readonly question: string }>();
  const [fault, setFault] = createSignal<Fault>();
  const [isAsking, setAsking] = createSignal(false);
  const [attempt, setAttempt] = createSignal(0);
  const isVisible = createVisibility();
  const retry = () => void setAttempt((before) => before + 1);

  const follow = (asked: AggregationsVariables): (() => void) => {
    let known: Answer | undefined;
    setAsking(true);
    const { unsubscribe } = client.subscription(AggregationUpdatesSubscription, asked).subscribe(({ data, error }) => {
      if (data) known = applyUpdate(known, data.aggregationUpdates);
      batch(() => {
        setFault(error && error.graphQLErrors.length > 0 ? faultOf(error) : undefined);
        if (known) setAnswer({ ...known, question: JSON.stringify(asked) });
        // A connection that broke is taken up again with the feed.
        setAsking(!data && error?.networkError !== undefined);
      });
    });
    return unsubscribe;
  };
  const question = createMemo(() => JSON.stringify(variables()));
  createEffect(
    on([question, isVisible, attempt], () => {
      const asked = untrack(variables);
      if (asked === null) return batch(() => [setAnswer(undefined), setFault(undefined), setAsking(false)]);
      if (isVisible()) onCleanup(follow(asked));
    }),
  );
  onReconnect(useLive(), retry);
  return {
    rows: createMemo(() => answer()?.rows),
    question: createMemo(() => answer()?.question),
    isCurrent: () => answer()?.question === question(),
    asOfSeq: () => answer()?.asOfSeq,
    ...{ fault, isAsking, retry },
  };
};

interface Answer {
  readonly asOfSeq: number;
  readonly rows: readonly Aggregation[];
}

/** The rows with an update in place; the very same where nothing of them has changed. */
export const applyUpdate = (
  before: Answer | undefined,
  { asOfSeq, isComplete, rows, gone }: AggregationUpdate,
): Answer => {
  if (before === undefined || isComplete) return { asOfSeq, rows };
  if (rows.length + gone.length === 0) return { ...before, asOfSeq };
  const known = new Map(before.rows.map((row) => [placeOf(row), row]));
  for (const row of gone) known.delete(placeOf(row));
  for (const row of rows) known.set(placeOf(row), row);
  return { asOfSeq, rows: [...known.values()] };
};

/** Which row another one takes the place of. */
const placeOf = ({ from, client, metric, unit, isOther }: AggregationUpdate["gone"][number]): string =>
  JSON.stringify([from, client, metric, unit, isOther]);

/** Whether anybody can see the page: what is hidden asks for nothing. */
const createVisibility = (): Accessor<boolean> => {
  const [isVisible, setVisible] = createSignal(!document.hidden);
  const look = () => setVisible(!document.hidden);
  document.addEventListener("visibilitychange", look);
  onCleanup(() => document.removeEventListener("visibilitychange", look));
  return isVisible;
};
