// What is on the screen as a file: the server writes it, from one snapshot and however large it is, by the same filter.
import { createUniqueId, For, type JSX, Show } from "solid-js";

/** The arguments that the API takes, by their names; what is null or undefined is left out. */
export type Asked = Readonly<Record<string, string | boolean | readonly (string | number)[] | null | undefined>>;

const formats = [
  { ending: "csv", name: "CSV", note: "for spreadsheets" },
  { ending: "ndjson", name: "NDJSON", note: "a line each" },
  { ending: "json", name: "JSON", note: "one document" },
] as const;

const WIDTH_PX = 264;
const MARGIN_PX = 16;

export const ExportMenu = (props: {
  of: "events" | "failures" | "aggregations";
  asked: Asked;
  /** What the file has more or less than the screen. */
  note?: JSX.Element;
}) => {
  const id = createUniqueId();
  let button: HTMLButtonElement | undefined;
  let menu: HTMLDivElement | undefined;
  const place = () => {
    const edge = button?.getBoundingClientRect();
    if (!edge || !menu) return;
    menu.style.top = `${edge.bottom + 4}px`;
    menu.style.left = `${Math.max(MARGIN_PX, edge.right - WIDTH_PX)}px`;
  };
  return (
    <>
      <button type="button" ref={button} popovertarget={id}>
        Export
      </button>
      <div id={id} class="export-menu" popover="auto" ref={menu} onBeforeToggle={place}>
        <For each={formats}>
          {({ ending, name, note }) => (
            <a
              href={`/export/${props.of}.${ending}${queryOf(props.asked)}`}
              download=""
              onClick={() => menu?.hidePopover()}
            >
              {name} <span class="quiet">{note}</span>
            </a>
          )}
        </For>
        <Show when={props.note}>
          <p class="quiet">{props.note}</p>
        </Show>
      </div>
    </>
  );
};

/** Lists as the same parameter again and again. */
const queryOf = (asked: Asked): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(asked))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== "") params.append(name, String(one));
  return params.size === 0 ? "" : `?${params}`;
};
