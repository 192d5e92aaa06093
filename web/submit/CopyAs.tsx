// What the form would send, as a command, a document or a program, to be read and copied.
import { createSignal, For, Show } from "solid-js";
import { useWantsToken } from "../api/viewer.ts";
import { CopyButton } from "../components/CopyButton.tsx";
import { curlOf, graphqlOf, type Sending, typescriptOf } from "./copy-as.ts";

/** Longer addresses are cut off or refused on their way. */
const MAX_ADDRESS_LENGTH = 6_000;

const endpoint = (): string => `${location.origin}/graphql`;

const languages = [
  { name: "curl", textOf: (sending: Sending, wantsToken: boolean) => curlOf(sending, endpoint(), { wantsToken }) },
  { name: "GraphQL", textOf: (sending: Sending) => graphqlOf(sending) },
  {
    name: "TypeScript",
    textOf: (sending: Sending, wantsToken: boolean) => typescriptOf(sending, endpoint(), { wantsToken }),
  },
] as const;

export const CopyAs = (props: { sending: Sending | null }) => {
  const wantsToken = useWantsToken();
  const [language, choose] = createSignal<(typeof languages)[number]>(languages[0]);
  return (
    <section class="copy-as" aria-labelledby="copy-as-title">
      <header class="section-head">
        <h3 id="copy-as-title">Send it from elsewhere</h3>
        <fieldset class="segments">
          <legend class="visually-hidden">Language</legend>
          <For each={languages}>
            {(each) => (
              <button type="button" aria-pressed={language() === each} onClick={() => choose(each)}>
                {each.name}
              </button>
            )}
          </For>
        </fieldset>
      </header>
      <Show
        when={props.sending}
        fallback={<p class="quiet">The same as a command or a program, once the JSON is valid.</p>}
      >
        {(sending) => (
          <>
            <pre tabindex="0" data-language={language().name}>
              {language().textOf(sending(), wantsToken())}
            </pre>
            <div class="buttons">
              <CopyButton text={language().textOf(sending(), wantsToken())} label={`Copy as ${language().name}`} />
              <Show when={addressOf(sending())}>
                {(address) => (
                  <a href={address()} target="_blank" rel="noreferrer">
                    Open in GraphiQL
                  </a>
                )}
              </Show>
            </div>
          </>
        )}
      </Show>
    </section>
  );
};

const addressOf = (sending: Sending): string | null => {
  const address = `/graphql?query=${encodeURIComponent(graphqlOf(sending))}`;
  return address.length > MAX_ADDRESS_LENGTH ? null : address;
};
