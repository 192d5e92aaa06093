// Who may use the API: every token that was ever made, and the ways to make, renew and end them. Which are shown stands in
// the address.
import { useSearchParams } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { createQuery } from "../api/query.ts";
import { TokensQuery } from "../api/token-operations.ts";
import { Notice } from "../components/Notice.tsx";
import { formatCount } from "../format.ts";
import { type Issued, IssuedToken } from "./IssuedToken.tsx";
import { TokenForm } from "./TokenForm.tsx";
import { TokenTable } from "./TokenTable.tsx";
import "../rooms.css";
import "./tokens.css";

const MAX_TOKENS = 500;

export const Tokens = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const query = createQuery({ client: useClient(), document: TokensQuery, variables: () => ({ first: MAX_TOKENS }) });
  const [issued, setIssued] = createSignal<Issued>();
  const all = () => query.data()?.tokens.edges.map(({ node }) => node) ?? [];
  const ended = () => all().filter(({ state }) => state !== "ACTIVE").length;
  const rows = () => all().filter(({ state }) => params.show === "all" || state === "ACTIVE");
  const isMaking = () => params.new === "yes";
  const isFirst = () => query.data() !== undefined && all().length === 0;
  const make = () => setParams({ new: "yes" });
  const show = (made: Issued) => {
    setIssued(made);
    setParams({ new: undefined });
    void query.refresh();
  };

  return (
    <>
      <header class="room-head">
        <h1>Tokens</h1>
        <Show when={!isMaking() && all().length > 0}>
          <button type="button" onClick={make}>
            Make a token
          </button>
        </Show>
      </header>
      <Show when={issued()} keyed>
        {(made) => <IssuedToken issued={made} onDone={() => setIssued(undefined)} />}
      </Show>
      <Show when={isMaking()}>
        <TokenForm isFirst={isFirst()} onMade={show} onCancel={() => setParams({ new: undefined })} />
      </Show>
      <Show when={query.fault()}>{(fault) => <Notice fault={fault()} onRetry={query.refresh} />}</Show>
      <Show when={query.data()} fallback={<p class="empty quiet late">{query.fault() ? "" : "Looking for tokens"}</p>}>
        <Show
          when={all().length > 0}
          fallback={
            <div class="empty">
              <p>
                <strong>There are no tokens yet.</strong> Anyone on the server's machine may do everything. With the
                first token, every request needs one.
              </p>
              <Show when={!isMaking()}>
                <button type="button" class="primary" onClick={make}>
                  Make a token
                </button>
              </Show>
            </div>
          }
        >
          <Show when={ended() > 0}>
            <label class="filter token-filter">
              <input
                type="checkbox"
                checked={params.show === "all"}
                onChange={(event) => setParams({ show: event.currentTarget.checked ? "all" : undefined })}
              />
              Show {formatCount(ended())} that ended
            </label>
          </Show>
          <TokenTable rows={rows()} onIssued={show} onChanged={() => void query.refresh()} />
        </Show>
      </Show>
    </>
  );
};
