// Names that are looked for: each typed and entered, shown as a piece of its own, and taken away by a click.
import { createSignal, createUniqueId, For, Show } from "solid-js";

const MAX_SUGGESTIONS = 100;

export const NameFilter = (props: {
  ref?: (element: HTMLInputElement) => void;
  label: string;
  names: readonly string[];
  suggestions: readonly string[];
  onNames: (names: readonly string[]) => void;
}) => {
  const listId = createUniqueId();
  const [typed, setTyped] = createSignal("");
  const suggested = () =>
    props.suggestions
      .filter((name) => !props.names.includes(name) && name.toLowerCase().includes(typed().toLowerCase()))
      .slice(0, MAX_SUGGESTIONS);
  const add = (text: string) => {
    const name = text.trim();
    setTyped("");
    if (name !== "" && !props.names.includes(name)) props.onNames([...props.names, name]);
  };
  return (
    <div class="name-filter">
      <label class="filter">
        <span>{props.label}</span>
        <input
          ref={(element) => props.ref?.(element)}
          list={listId}
          value={typed()}
          placeholder={props.names.length > 0 ? "and another" : "any"}
          autocomplete="off"
          spellcheck={false}
          // Whoever picks a suggestion has typed none of its letters one by one.
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            if (event.inputType === undefined || event.inputType === "insertReplacementText") add(typed());
          }}
          onChange={() => add(typed())}
        />
        <datalist id={listId}>
          <For each={suggested()}>{(name) => <option value={name} />}</For>
        </datalist>
      </label>
      <Show when={props.names.length > 0}>
        <ul class="names" aria-label={`${props.label}s looked at`}>
          <For each={props.names}>
            {(name) => (
              <li>
                <button
                  type="button"
                  aria-label={`Leave out ${props.label.toLowerCase()} ${name}`}
                  onClick={() => props.onNames(props.names.filter((other) => other !== name))}
                >
                  {name} <span aria-hidden="true">×</span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
};
