// Something that a person asks the server to do once: whether it is under way, and why it was refused.
import type { AnyVariables, Client, DocumentInput } from "@urql/core";
import { type Accessor, createSignal } from "solid-js";
import { type Fault, faultOf } from "./fault.ts";

export interface Deed<D, V> {
  readonly isDoing: Accessor<boolean>;
  readonly fault: Accessor<Fault | undefined>;
  /** Does it, unless it is under way already; undefined where that failed. */
  run(variables: V): Promise<D | undefined>;
  /** Forgets the fault. */
  reset(): void;
}

export const createDeed = <D, V extends AnyVariables>(client: Client, document: DocumentInput<D, V>): Deed<D, V> => {
  const [isDoing, setDoing] = createSignal(false);
  const [fault, setFault] = createSignal<Fault>();
  return {
    isDoing,
    fault,
    run: async (variables) => {
      if (isDoing()) return undefined;
      setDoing(true);
      const { data, error } = await client.mutation(document, variables).toPromise();
      setDoing(false);
      setFault(data ? undefined : faultOf(error));
      return data;
    },
    reset: () => void setFault(undefined),
  };
};
