// The shell around every room: navigation, the state of the connection, the theme. It owns the one feed of the page.
import { Provider } from "@urql/solid";
import { For, onCleanup } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { Api } from "./api/client.ts";
import { createLive, LiveProvider } from "./api/live.ts";
import { createTotals, TotalsProvider } from "./api/totals.ts";
import { ConnectionState } from "./components/ConnectionState.tsx";
import favicon from "./favicon.svg";
import { rooms } from "./routes.ts";
import { chooseTheme, storedTheme, themes } from "./theme.ts";

export const App = (props: { api: Api }) => {
  const live = createLive(props.api);
  const totals = createTotals({ client: props.api.client, live });
  onCleanup(() => {
    totals.close();
    live.close();
  });
  const room = () => rooms.find(({ path }) => path === location.pathname) ?? rooms[0];
  return (
    <Provider value={props.api.client}>
      <LiveProvider value={live}>
        <TotalsProvider value={totals}>
          <a class="skip" href="#room">
            Skip to the room
          </a>
          <header class="rail">
            <a class="brand" href="/">
              <img src={favicon} alt="" width="20" height="20" />
              Surecount
            </a>
            <Navigation current={room().path} />
            <div class="rail-foot">
              <ConnectionState />
              <ThemeChoice />
            </div>
          </header>
          <main id="room" class="room" tabindex="-1">
            <Dynamic component={room().page} />
          </main>
        </TotalsProvider>
      </LiveProvider>
    </Provider>
  );
};

const Navigation = (props: { current: string }) => (
  <nav class="rooms" aria-label="Rooms">
    <For each={rooms}>
      {(room) => (
        <a href={room.path} aria-current={room.path === props.current ? "page" : undefined}>
          {room.title}
        </a>
      )}
    </For>
    <a href="/graphql">API explorer</a>
  </nav>
);

const ThemeChoice = () => (
  <label class="theme">
    <span>Theme</span>
    <select onChange={(event) => chooseTheme(themes[event.currentTarget.selectedIndex] ?? "system")}>
      <For each={themes}>
        {(theme) => (
          <option value={theme} selected={theme === storedTheme()}>
            {theme}
          </option>
        )}
      </For>
    </select>
  </label>
);
