// What the feed shows before the first event: how to send one.
import { CopyButton } from "./CopyButton.tsx";

const command = (): string => {
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
    `-H 'content-type: application/json'`,
    `-d '${JSON.stringify({ query, variables: { event } })}'`,
  ].join(" \\\n  ");
};

export const EmptyLog = () => (
  <div class="empty">
    <p>
      <strong>Nothing has arrived yet.</strong> Send the first event with the form, or from a shell:
    </p>
    <pre tabindex="0">{command()}</pre>
    <CopyButton text={command()} label="Copy the command" />
  </div>
);
