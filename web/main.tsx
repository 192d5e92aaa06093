// Starts the dashboard in the page.
import { render } from "solid-js/web";
import { createApi } from "./api/client.ts";
import { App } from "./App.tsx";
import { applyTheme, storedTheme } from "./theme.ts";

applyTheme(storedTheme());
const api = createApi(new URL("/graphql", location.href));
render(() => <App api={api} />, document.body);
