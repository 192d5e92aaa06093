// What a room shows before the first event: two ways to send one.
import { useClient } from "@urql/solid";
import { Show } from "solid-js";
import { createDeed } from "../api/deed.ts";
import { IngestMutation } from "../api/operations.ts";
import { useWantsToken, useWhyNot } from "../api/viewer.ts";
import { CopyButton } from "../components/CopyButton.tsx";
import { Notice } from "../components/Notice.tsx";
import { createSamples } from "../submit/samples.ts";

const command = (wantsToken: boolean): string => {
  const query = "mutation($event:JSON!){ingestEvent(input:{event:$event}){outcome receipt{seq}}}";
  const event = {
    client: "northwind",
    metric: "sale",
    amount: "1200.50",
    unit: "EUR",
    timestamp: "2026-01-31T09:30:00Z",
  };
  return [
    `curl -s ${location.origin}/graphql`,
    ...(wantsToken ? ['-H "authorization: Bearer $SURECOUNT_TOKEN"'] : []),
    `-H 'content-type: application/json'`,
    `-d '${JSON.stringify({ query, variables: { event } })}'`,
  ].join(" \\\n  ");
};

export const EmptyLog = () => {
  const sending = createDeed(useClient(), IngestMutation);
  const [sample] = createSamples(Date.now());
  const whyNot = useWhyNot({ scope: "INGEST" });
  const wantsToken = useWantsToken();
  return (
    <div class="empty">
      <p>
        <strong>Nothing has arrived yet.</strong> The first event opens the books. Send one{" "}
        {whyNot() ? "from a shell, with a token of the scope ingest:" : "from here, or from a shell:"}
      </p>
      <pre tabindex="0">{command(wantsToken())}</pre>
      <div class="send">
        <Show when={!whyNot()}>
          <button
            type="button"
            class="primary"
            aria-disabled={sending.isDoing()}
            onClick={() => void sending.run({ input: { event: sample?.event } })}
          >
            Send a sample
          </button>
        </Show>
        <CopyButton text={command(wantsToken())} label="Copy the command" />
      </div>
      <Show when={sending.fault()}>{(fault) => <Notice fault={fault()} />}</Show>
      <p class="quiet">
        Sent twice it is counted once: the second answer is a duplicate that carries the receipt of the first.
      </p>
    </div>
  );
};
