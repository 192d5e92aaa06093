// An address that leads to no room.
import { A } from "@solidjs/router";

export const Lost = () => (
  <section class="empty">
    <h1>There is no such room</h1>
    <p>
      The address leads nowhere. <A href="/">Go to the overview</A>
    </p>
  </section>
);
