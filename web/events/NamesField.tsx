// Several exact names: each one chosen stands as a button that takes it away again. A name is taken with Enter, or when it
// is picked from those that are offered.
import { createSignal, createUniqueId, For, Show } from "solid-js";

export const NamesField = (props: {
  ref?: (element: HTMLInputElement) => void;
  label: string;
  names: readonly string[];
  offered: readonly string[];
  onNames: (names: readonly string[]) => void;
}) => {
  const [text, setText] = createSignal("");
  const listId = createUniqueId();
  const add = () => {
    const name = text().trim();
    setText("");
    if (name !== "" && !props.names.includes(name)) props.onNames([...props.names, name]);
  };
  const remove = (name: string) => props.onNames(props.names.filter((each) => each !== name));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") add();
    const last = props.names.at(-1);
    if (event.key === "Backspace" && text() === "" && last !== undefined) remove(last);
  };
  return (
    <div class="filter names">
      <label for={`${listId}-input`}>{props.label}</label>
      <div class="names-box">
        <For each={props.names}>
          {(name) => (
            <button
              type="button"
              class="name"
              aria-label={`Without ${props.label.toLowerCase()} ${name}`}
              onClick={() => remove(name)}
            >
              {name} <span aria-hidden="true">×</span>
            </button>
          )}
        </For>
        <input
          id={`${listId}-input`}
          ref={(element) => props.ref?.(element)}
          list={listId}
          value={text()}
          placeholder={props.names.length === 0 ? "any" : "or"}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => {
            setText(event.currentTarget.value);
            // A name that was picked with the pointer comes as an input that was not typed.
            if (!(event instanceof InputEvent) || event.inputType === "insertReplacementText") add();
          }}
          onChange={add}
          onKeyDown={onKeyDown}
        />
      </div>
      <datalist id={listId}>
        <Show when={props.offered.length > 0}>
          <For each={props.offered.filter((name) => !props.names.includes(name))}>
            {(name) => <option value={name} />}
          </For>
        </Show>
      </datalist>
    </div>
  );
};
