// Filters by name, one click away: the ready ones, a person's own, and the way to keep the one on screen.
import { createSignal, For, Show } from "solid-js";
import { type EntryFilter, isFiltered } from "../live-place.ts";
import { dropView, isSameFilter, ownViews, readyViews, saveView, type View } from "../saved-views.ts";

export const LiveViews = (props: { filter: EntryFilter; onFilter: (filter: EntryFilter) => void }) => {
  const [isNaming, setNaming] = createSignal(false);
  const isHere = (view: View) => isSameFilter(view.filter, props.filter);
  const isNew = () => isFiltered(props.filter) && ![...readyViews, ...ownViews()].some(isHere);
  const save = (name: string) => {
    saveView({ name, filter: props.filter });
    setNaming(false);
  };
  return (
    <nav class="live-views" aria-label="Saved views">
      <span class="quiet">Views</span>
      <For each={readyViews}>
        {(view) => <ViewButton view={view} isHere={isHere(view)} onOpen={() => props.onFilter(view.filter)} />}
      </For>
      <For each={ownViews()}>
        {(view) => (
          <span class="own-view">
            <ViewButton view={view} isHere={isHere(view)} onOpen={() => props.onFilter(view.filter)} />
            <button
              type="button"
              class="link quiet"
              aria-label={`Forget the view ${view.name}`}
              onClick={() => dropView(view.name)}
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
        maxLength={40}
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
