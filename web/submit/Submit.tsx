// Where events are given to the server by a person: by hand, to try it out and to learn what it does with each kind, or as
// a file.
import { useSearchParams } from "@solidjs/router";
import { Show } from "solid-js";
import { Segments } from "../components/Segments.tsx";
import { ImportFile } from "./ImportFile.tsx";
import { SubmitForm } from "./SubmitForm.tsx";
import "../rooms.css";
import "./submit.css";

const ways = [
  { value: "hand", text: "By hand" },
  { value: "file", text: "From a file" },
] as const;

export const Submit = () => {
  const [params, setParams] = useSearchParams<{ from?: string }>();
  const way = () => (params.from === "file" ? "file" : "hand");
  return (
    <>
      <header class="room-head">
        <h1>Submit</h1>
        <Segments
          legend="Where the events come from"
          choices={ways}
          isChosen={(name) => name === way()}
          onChoose={(name) => setParams({ from: name === "file" ? "file" : undefined })}
        />
      </header>
      <Show when={way() === "file"} fallback={<SubmitForm />}>
        <ImportFile />
      </Show>
    </>
  );
};
