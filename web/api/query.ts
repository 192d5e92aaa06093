// A question to the server that follows its variables, and that can be asked again. The last answer stays on screen
// while the next is under way, so that nothing jumps.
import type { Client, DocumentInput } from "@urql/core";
import { type Accessor, batch, createEffect, createSignal, on, onCleanup, untrack } from "solid-js";
import { type Fault, faultOf } from "./fault.ts";

export interface Query<D> {
  /** The last answer; undefined before the first, and once there is nothing to ask. */
  readonly data: Accessor<D | undefined>;
  /** The variables that the last answer is about, as text: changes with the first answer to other ones. */
  readonly question: Accessor<string | undefined>;
  /** Why the last asking gave none. */
  readonly fault: Accessor<Fault | undefined>;
  readonly isAsking: Accessor<boolean>;
  /** Asks again; resolves when that is answered. */
  refresh(): Promise<void>;
}

interface QueryDeps<D, V extends object> {
  readonly client: Client;
  readonly document: DocumentInput<D, V>;
  /** Null where there is nothing to ask. Equal variables are not asked for twice. */
  readonly variables: Accessor<V | null>;
  /** Whether an answer to other variables may stay until the next is there. */
  readonly keeps?: boolean;
}

/** Asks at once and whenever the variables change; an answer that comes after a later question is dropped. */
export const createQuery = <D, V extends object>(deps: QueryDeps<D, V>): Query<D> => {
  const [data, setData] = createSignal<D>();
  const [question, setQuestion] = createSignal<string>();
  const [fault, setFault] = createSignal<Fault>();
  const [isAsking, setAsking] = createSignal(false);
  let turn = 0;

  const forget = () =>
    batch(() => {
      setData(undefined);
      setQuestion(undefined);
      setFault(undefined);
    });
  const ask = async (variables: V | null): Promise<void> => {
    turn += 1;
    const asked = turn;
    setAsking(variables !== null);
    if (variables === null) return forget();
    const answer = await deps.client.query(deps.document, variables as never).toPromise();
    if (asked !== turn) return;
    batch(() => {
      setAsking(false);
      setFault(answer.data ? undefined : faultOf(answer.error));
      if (!answer.data) return;
      setData(() => answer.data as D);
      setQuestion(JSON.stringify(variables));
    });
  };

  createEffect(
    on(
      () => JSON.stringify(deps.variables()),
      () => {
        if (!deps.keeps) forget();
        void ask(untrack(deps.variables));
      },
    ),
  );
  onCleanup(() => {
    turn += 1;
  });
  return { data, question, fault, isAsking, refresh: () => ask(untrack(deps.variables)) };
};
