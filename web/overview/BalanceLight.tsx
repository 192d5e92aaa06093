// Whether the books balance, as the server recomputed them from its tables: an equals sign lit, or one struck through.
import { For, Match, Show, Switch } from "solid-js";
import type { CheckedBooks } from "../api/totals.ts";
import { now } from "../clock.ts";
import { formatCount, formatElapsed } from "../format.ts";

export const BalanceLight = (props: { books: CheckedBooks | null }) => {
  const state = () => (props.books === null ? "unknown" : props.books.balanced ? "balanced" : "unbalanced");
  return (
    <section class="balance" data-balance={state()} aria-label="Books">
      <svg class="balance-lamp" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
        <circle cx="16" cy="16" r="14.5" />
        <path d="M9 12.5h14M9 19.5h14" />
        <Show when={state() === "unbalanced"}>
          <path d="M20.5 7.5l-9 17" />
        </Show>
      </svg>
      <div>
        <p class="balance-word">
          <Switch fallback="Checking the books">
            <Match when={state() === "balanced"}>The books balance</Match>
            <Match when={state() === "unbalanced"}>The books do not balance</Match>
          </Switch>
        </p>
        <Show when={props.books}>
          {(books) => <p class="quiet">recomputed {formatElapsed({ sinceAt: books().at, now: now() })}</p>}
        </Show>
      </div>
      <ul class="balance-differences">
        <For each={props.books?.differences}>
          {(difference) => (
            <li>
              {difference.client ?? "all clients"}: {difference.identity}, expected {formatCount(difference.expected)},
              found {formatCount(difference.actual)}
            </li>
          )}
        </For>
      </ul>
    </section>
  );
};
