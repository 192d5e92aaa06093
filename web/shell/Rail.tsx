// The navigation: on a wide screen all rooms at the left, on a phone four at the bottom and the others behind "More".
import { A, useLocation } from "@solidjs/router";
import { createEffect, For, on, Show } from "solid-js";
import { useTotals } from "../api/totals.ts";
import { useWhyNot } from "../api/viewer.ts";
import favicon from "../favicon.svg";
import { formatCount } from "../format.ts";
import { type Room, rooms } from "../routes.ts";
import { chooseTimeZone, timeZone, timeZones } from "../times.ts";
import { ConnectionState } from "./ConnectionState.tsx";
import { ShortcutHelp } from "./ShortcutHelp.tsx";
import { chooseTheme, storedTheme, themes } from "./theme.ts";
import { ViewerState } from "./ViewerState.tsx";

/** As many rooms as stand side by side on a phone, with "More" beside them. */
const MAX_TABS = 4;

export const Rail = () => (
  <header class="rail">
    <A class="brand" href="/">
      <img src={favicon} alt="" width="20" height="20" />
      <span>Surecount</span>
    </A>
    <nav class="rooms" aria-label="Rooms">
      <For each={rooms}>{(room, index) => <RoomLink room={room} isTab={index() < MAX_TABS} />}</For>
      <ApiLink />
      <More />
    </nav>
    <div class="rail-foot">
      <ConnectionState />
      <ViewerState />
      <Settings />
      <ShortcutHelp />
    </div>
  </header>
);

const RoomLink = (props: { room: Room; isTab: boolean }) => {
  const totals = useTotals();
  const whyNot = useWhyNot(props.room.need);
  return (
    <Show when={!whyNot()}>
      <A href={props.room.path} end classList={{ "room-tab": props.isTab }}>
        {props.room.title}
        <Show when={props.room.path === "/failures" && totals.unresolved()}>
          {(count) => (
            <span class="room-count">
              {formatCount(count())}
              <span class="visually-hidden"> unresolved</span>
            </span>
          )}
        </Show>
      </A>
    </Show>
  );
};

const ApiLink = () => <a href="/graphql">API explorer</a>;

/** What has no place in the bar of a phone. */
const More = () => {
  const location = useLocation();
  let sheet: HTMLDivElement | undefined;
  const others = rooms.slice(MAX_TABS);
  const isHere = () => others.some(({ path }) => path === location.pathname);
  createEffect(
    on(
      () => location.pathname,
      () => sheet?.hidePopover(),
      { defer: true },
    ),
  );
  return (
    <>
      <button type="button" class="more" classList={{ active: isHere() }} popovertarget="more-rooms">
        More
      </button>
      <div id="more-rooms" class="more-sheet" popover="auto" ref={sheet}>
        <For each={others}>{(room) => <RoomLink room={room} isTab={false} />}</For>
        <ApiLink />
        <ViewerState />
        <Settings />
      </div>
    </>
  );
};

const Settings = () => (
  <div class="settings">
    <Choice name="Theme" options={themes} chosen={storedTheme()} onChoose={chooseTheme} />
    <Choice name="Times" options={timeZones} chosen={timeZone()} onChoose={chooseTimeZone} />
  </div>
);

const Choice = <T extends string>(props: {
  name: string;
  options: readonly T[];
  chosen: T;
  onChoose: (option: T) => void;
}) => (
  <label class="setting">
    <span>{props.name}</span>
    <select
      onChange={(event) => {
        const option = props.options[event.currentTarget.selectedIndex];
        if (option) props.onChoose(option);
      }}
    >
      <For each={props.options}>
        {(option) => (
          <option value={option} selected={option === props.chosen}>
            {option}
          </option>
        )}
      </For>
    </select>
  </label>
);
