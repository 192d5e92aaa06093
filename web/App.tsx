// The shell around every room: navigation, the state of the connection, the theme. It owns the one feed of the page.
import { A, Route, Router, type RouteSectionProps, useLocation, useNavigate } from "@solidjs/router";
import { Provider } from "@urql/solid";
import { createEffect, ErrorBoundary, For, onCleanup, Show } from "solid-js";
import type { Api } from "./api/client.ts";
import { createLive, LiveProvider } from "./api/live.ts";
import { createTotals, TotalsProvider, useTotals } from "./api/totals.ts";
import { Broken } from "./components/Broken.tsx";
import { ConnectionState } from "./components/ConnectionState.tsx";
import { ShortcutHelp } from "./components/ShortcutHelp.tsx";
import favicon from "./favicon.svg";
import { formatCount } from "./format.ts";
import { Lost } from "./pages/Lost.tsx";
import { rooms } from "./routes.ts";
import { useShortcuts } from "./shortcuts.ts";
import { chooseTheme, storedTheme, themes } from "./theme.ts";

export const App = (props: { api: Api }) => {
  const live = createLive(props.api);
  const totals = createTotals({ client: props.api.client, live });
  onCleanup(() => {
    totals.close();
    live.close();
  });
  return (
    <Provider value={props.api.client}>
      <LiveProvider value={live}>
        <TotalsProvider value={totals}>
          <Router root={Shell} explicitLinks>
            <For each={rooms}>{(room) => <Route path={room.path} component={room.page} />}</For>
            <Route path="*" component={Lost} />
          </Router>
        </TotalsProvider>
      </LiveProvider>
    </Provider>
  );
};

const Shell = (props: RouteSectionProps) => {
  const location = useLocation();
  const navigate = useNavigate();
  const title = () => rooms.find(({ path }) => path === location.pathname)?.title;
  createEffect(() => {
    document.title = title() ? `${title()} · Surecount` : "Surecount";
  });
  useShortcuts(() =>
    rooms.map((room, index) => ({
      key: String(index + 1),
      label: `Go to ${room.title}`,
      run: () => navigate(room.path),
    })),
  );
  return (
    <>
      <a class="skip" href="#room">
        Skip to the room
      </a>
      <header class="rail">
        <A class="brand" href="/">
          <img src={favicon} alt="" width="20" height="20" />
          <span>Surecount</span>
        </A>
        <Navigation />
        <div class="rail-foot">
          <ConnectionState />
          <ThemeChoice />
          <ShortcutHelp />
        </div>
      </header>
      <main id="room" class="room" tabindex="-1">
        <ErrorBoundary fallback={(error) => <Broken error={error} />}>{props.children}</ErrorBoundary>
      </main>
    </>
  );
};

const Navigation = () => {
  const totals = useTotals();
  return (
    <nav class="rooms" aria-label="Rooms">
      <For each={rooms}>
        {(room) => (
          <A href={room.path} end>
            {room.title}
            <Show when={room.path === "/failures" && totals.unresolved()}>
              {(count) => (
                <span class="room-count">
                  {formatCount(count())}
                  <span class="visually-hidden"> unresolved</span>
                </span>
              )}
            </Show>
          </A>
        )}
      </For>
      <a href="/graphql">API explorer</a>
    </nav>
  );
};

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
