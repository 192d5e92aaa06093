// Every event that was counted: found by whatever is known of it, and explained. Where one is stands in the address
// (event-place.ts).
import { useSearchParams } from "@solidjs/router";
import { Show } from "solid-js";
import { now } from "../clock.ts";
import { ExportMenu } from "../components/ExportMenu.tsx";
import type { Params } from "../saved-views.ts";
import { EventDetail } from "./EventDetail.tsx";
import { EventFilters } from "./EventFilters.tsx";
import { EventList } from "./EventList.tsx";
import { filterOf, readEventPlace } from "./event-place.ts";
import "../rooms.css";
import "./events.css";

export const Events = () => {
  const [params, setParams] = useSearchParams<Record<string, string>>();
  const place = () => readEventPlace(params);
  const go = (changed: Params) => setParams(changed);
  return (
    <>
      <header class="room-head">
        <h1>Events</h1>
        <ExportMenu of="events" asked={{ ...filterOf(place(), now()) }} note="Each can be imported again." />
      </header>
      <EventFilters place={place()} go={go} />
      <div class="split" data-open={place().event !== null}>
        <EventList place={place()} go={go} />
        <Show when={place().event} keyed>
          {(id) => <EventDetail id={id} onClose={() => go({ event: undefined })} />}
        </Show>
      </div>
    </>
  );
};
