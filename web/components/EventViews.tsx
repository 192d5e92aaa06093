// Questions under a name: ready ones, and those that somebody keeps in this browser.
import { createSignal, For, Show } from "solid-js";
import { type EventPlace, filterParams, isFiltered, isSameFilter, noFilter, type Params } from "../event-place.ts";
import { deleteView, type EventView, ownViews, readyViews, saveView, viewOf } from "../event-views.ts";

export const EventViews = (props: { place: EventPlace; go: (params: Params) => void }) => {
  const [isNaming, setNaming] = createSignal(false);
  const params = () => filterParams(props.place);
  const canSave = () => isFiltered(props.place) && viewOf(params()) === undefined;
  const current = () => ownViews().find((view) => isSameFilter(view.params, params()));
  const save = (name: string) => {
    saveView({ name, params: params() });
    setNaming(false);
  };
  return (
    <div class="views">
      <fieldset class="segments">
        <legend class="visually-hidden">Views</legend>
        <For each={[...readyViews, ...ownViews()]}>
          {(view: EventView) => (
            <button
              type="button"
              aria-pressed={isSameFilter(view.params, params())}
              onClick={() => props.go({ ...noFilter, ...view.params })}
            >
              {view.name}
            </button>
          )}
        </For>
      </fieldset>
      <Show when={canSave()}>
        <Show
          when={isNaming()}
          fallback={
            <button type="button" onClick={() => setNaming(true)}>
              Save this view…
            </button>
          }
        >
          <NameForm onName={save} onCancel={() => setNaming(false)} />
        </Show>
      </Show>
      <Show when={isFiltered(props.place)}>
        <button type="button" onClick={() => props.go(noFilter)}>
          Clear the filters
        </button>
      </Show>
      <Show when={current()}>
        {(view) => (
          <button type="button" onClick={() => deleteView(view().name)}>
            Forget this view
          </button>
        )}
      </Show>
    </div>
  );
};

const MAX_NAME_LENGTH = 40;

const NameForm = (props: { onName: (name: string) => void; onCancel: () => void }) => {
  const [name, setName] = createSignal("");
  return (
    <form
      class="view-name"
      onSubmit={(event) => {
        event.preventDefault();
        if (name().trim() !== "") props.onName(name().trim());
      }}
    >
      <input
        ref={(element) => queueMicrotask(() => element.focus())}
        aria-label="Name of the view"
        placeholder="its name"
        maxlength={MAX_NAME_LENGTH}
        autocomplete="off"
        value={name()}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" disabled={name().trim() === ""}>
        Save
      </button>
      <button type="button" onClick={() => props.onCancel()}>
        Cancel
      </button>
    </form>
  );
};
