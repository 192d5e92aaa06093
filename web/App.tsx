// The shell around every room: navigation, the title, where the focus goes. It owns the one feed of the page.
import { Route, Router, type RouteSectionProps, useLocation, useNavigate } from "@solidjs/router";
import { Provider } from "@urql/solid";
import { createEffect, ErrorBoundary, For, on, onCleanup, Show } from "solid-js";
import type { Api } from "./api/client.ts";
import { createLive, LiveProvider } from "./api/live.ts";
import { createTotals, TotalsProvider } from "./api/totals.ts";
import { useSession, whyNot } from "./api/viewer.ts";
import { type Room, rooms } from "./routes.ts";
import { Broken } from "./shell/Broken.tsx";
import { Lost } from "./shell/Lost.tsx";
import { Rail } from "./shell/Rail.tsx";
import { useShortcuts } from "./shortcuts.ts";

export const App = (props: { api: Api }) => {
  const { standing } = useSession();
  const isAllowed = whyNot(standing(), { scope: "READ" }) === undefined;
  const live = createLive({ api: props.api, isAllowed });
  const totals = createTotals({ client: props.api.client, live, isAllowed });
  onCleanup(() => {
    totals.close();
    live.close();
  });
  return (
    <Provider value={props.api.client}>
      <LiveProvider value={live}>
        <TotalsProvider value={totals}>
          <Router root={Shell} explicitLinks>
            <For each={rooms}>{(room) => <Route path={room.path} component={() => <Gate room={room} />} />}</For>
            <Route path="*" component={Lost} />
          </Router>
        </TotalsProvider>
      </LiveProvider>
    </Provider>
  );
};

/** Shows the room, or why the viewer has no business there. */
const Gate = (props: { room: Room }) => {
  const { standing } = useSession();
  return (
    <Show when={whyNot(standing(), props.room.need)} fallback={<props.room.page />}>
      {(reason) => (
        <>
          <h1>{props.room.title}</h1>
          <div class="empty">
            <p>
              <strong>Not with your token.</strong> {reason()}
            </p>
          </div>
        </>
      )}
    </Show>
  );
};

const Shell = (props: RouteSectionProps) => {
  const location = useLocation();
  const navigate = useNavigate();
  const title = () => rooms.find(({ path }) => path === location.pathname)?.title;
  let room: HTMLElement | undefined;
  createEffect(() => {
    document.title = title() ? `${title()} · Surecount` : "Surecount";
  });
  // Whoever goes to another room by keyboard goes on from its beginning, and a screen reader says where that is.
  createEffect(
    on(
      () => location.pathname,
      () => room?.focus({ preventScroll: true }),
      { defer: true },
    ),
  );
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
      <Rail />
      <main id="room" class="room" tabindex="-1" aria-label={title()} ref={room}>
        <ErrorBoundary fallback={(error) => <Broken error={error} />}>{props.children}</ErrorBoundary>
      </main>
    </>
  );
};
