// Starts the dashboard in the page.
import { render } from "solid-js/web";
import { App } from "./App.tsx";
import { createApi } from "./api/client.ts";
import { createSession, SessionProvider } from "./api/viewer.ts";
import { Entrance } from "./shell/Entrance.tsx";
import { applyTheme, storedTheme } from "./shell/theme.ts";

applyTheme(storedTheme());
const session = createSession(() => api.client);
const api = createApi(new URL("/graphql", location.href), session.refuse);
render(
  () => (
    <SessionProvider value={session}>
      <Entrance>
        <App api={api} />
      </Entrance>
    </SessionProvider>
  ),
  document.body,
);
