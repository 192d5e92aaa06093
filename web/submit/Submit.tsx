// Where events are sent by hand, to try the server out and to learn what it does with each kind.
import { SubmitForm } from "./SubmitForm.tsx";
import "../rooms.css";
import "./submit.css";

export const Submit = () => (
  <>
    <header class="room-head">
      <h1>Submit</h1>
    </header>
    <SubmitForm />
  </>
);
