// Starts the dashboard in the page.
import { render } from "solid-js/web";
import { App } from "./App.tsx";
import { createApi } from "./api/client.ts";
import { applyTheme, storedTheme } from "./shell/theme.ts";

applyTheme(storedTheme());
const api = createApi(new URL("/graphql", location.href));
render(() => <App api={api} />, document.body);
