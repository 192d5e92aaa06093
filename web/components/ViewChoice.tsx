// Filters by name, one click away: the ready ones, a person's own, and the way to keep the one on screen.
import { createSignal, For, Show } from "solid-js";
import { MAX_NAME_LENGTH, type Params, type View, type Views } from "../saved-views.ts";

export const ViewChoice = (props: {
  views: Views;
  /** Of the address, as far as they filter. */
  params: Params;
  isFiltered: boolean;
  onOpen: (params: Params) => void;
}) => {
  const [isNaming, setNaming] = createSignal(false);
  const isHere = (view: View) => props.views.isHere(view, props.params);
  const isNew = () => props.isFiltered && ![...props.views.ready, ...props.views.own()].some(isHere);
  const save = (name: string) => {
    props.views.save({ name, params: props.params });
    setNaming(false);
  };
  return (
    <nav class="views" aria-label="Saved views">
      <span class="quiet">Views</span>
      <For each={props.views.ready}>
        {(view) => <ViewButton view={view} isHere={isHere(view)} onOpen={() => props.onOpen(view.params)} />}
      </For>
      <For each={props.views.own()}>
        {(view) => (
          <span class="own-view">
            <ViewButton view={view} isHere={isHere(view)} onOpen={() => props.onOpen(view.params)} />
            <button
              type="button"
              class="link quiet"
              aria-label={`Forget the view ${view.name}`}
              onClick={() => props.views.drop(view.name)}
            >
              ×
            </button>
          </span>
        )}
      </For>
      <Show when={isNew()}>
        <Show
          when={isNaming()}
          fallback={
            <button type="button" class="link" onClick={() => setNaming(true)}>
              Save this view
            </button>
          }
        >
          <NameForm onName={save} onCancel={() => setNaming(false)} />
        </Show>
      </Show>
    </nav>
  );
};

const ViewButton = (props: { view: View; isHere: boolean; onOpen: () => void }) => (
  <button type="button" class="link" aria-current={props.isHere ? "true" : undefined} onClick={() => props.onOpen()}>
    {props.view.name}
  </button>
);

const NameForm = (props: { onName: (name: string) => void; onCancel: () => void }) => {
  const [name, setName] = createSignal("");
  return (
    <form
      class="view-name"
      onSubmit={(event) => {
        event.preventDefault();
        props.onName(name());
      }}
    >
      <input
        ref={(element) => queueMicrotask(() => element.focus())}
        aria-label="Name of the view"
        placeholder="its name"
        maxLength={MAX_NAME_LENGTH}
        autocomplete="off"
        required
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit">Save</button>
      <button type="button" onClick={() => props.onCancel()}>
        Cancel
      </button>
    </form>
  );
};
