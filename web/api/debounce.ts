// A value that follows another once it has stood still.
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

/** The source's value of `delayMs` ago, provided that it has not changed since. */
export const createDebounced = <T>(source: Accessor<T>, delayMs: number): Accessor<T> => {
  const [settled, setSettled] = createSignal(source());
  createEffect(
    on(
      source,
      (value) => {
        const timer = setTimeout(() => setSettled(() => value), delayMs);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return settled;
};
