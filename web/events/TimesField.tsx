// When: a span that ends now, or two instants in the viewer's zone.
import { createSignal, For, Show } from "solid-js";
import type { Params } from "../saved-views.ts";
import { timeZone } from "../times.ts";
import { type EventPlace, type Span, spanNames, spans } from "./event-place.ts";
import { fieldOf, instantOf } from "./instant-field.ts";

type Times = Pick<EventPlace, "span" | "from" | "to">;

export const TimesField = (props: { times: Times; onTimes: (params: Params) => void }) => {
  const hasEnds = () => props.times.span === null && (props.times.from !== null || props.times.to !== null);
  const [isOpen, setOpen] = createSignal(false);
  const isExact = () => hasEnds() || (isOpen() && props.times.span === null);
  const choose = (choice: string) => {
    setOpen(choice === "exact");
    props.onTimes({ span: choice in spans ? choice : undefined, from: undefined, to: undefined });
  };
  const chosen = () => props.times.span ?? (isExact() ? "exact" : "any");
  return (
    <>
      <label class="filter">
        <span>Event time</span>
        <select onChange={(event) => choose(event.currentTarget.value)}>
          <For each={["any", ...spanNames, "exact"]}>
            {(choice) => (
              <option value={choice} selected={choice === chosen()}>
                {nameOf(choice)}
              </option>
            )}
          </For>
        </select>
      </label>
      <Show when={isExact()}>
        <End label="from" at={props.times.from} onInstant={(from) => props.onTimes({ span: undefined, from })} />
        <End label="before" at={props.times.to} onInstant={(to) => props.onTimes({ span: undefined, to })} />
      </Show>
    </>
  );
};

const nameOf = (choice: string): string => {
  if (choice === "any") return "any time";
  return choice === "exact" ? "between…" : spans[choice as Span].name;
};

const End = (props: { label: string; at: string | null; onInstant: (at: string | undefined) => void }) => (
  <label class="filter instant-field">
    <span>
      {props.label} <span class="quiet">({timeZone() === "UTC" ? "UTC" : "your time"})</span>
    </span>
    <input
      type="datetime-local"
      step="1"
      value={fieldOf({ at: props.at, zone: timeZone() })}
      onChange={(event) =>
        props.onInstant(instantOf({ text: event.currentTarget.value, zone: timeZone() }) ?? undefined)
      }
    />
  </label>
);
