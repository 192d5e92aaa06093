// A text of the API's, whose `names` stand in backticks.
import { For } from "solid-js";

export const Prose = (props: { text: string }) => (
  <For each={props.text.split("`")}>{(part, index) => (index() % 2 === 1 ? <code>{part}</code> : part)}</For>
);
