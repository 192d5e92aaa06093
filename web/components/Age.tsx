// Instants. As an age, exactly for whoever points at it or reaches it by keyboard; or written out. Both are written in the
// zone that the viewer has chosen, and the other zone stands beside it.
import { createSignal, Show } from "solid-js";
import { now } from "../clock.ts";
import { formatAge, formatClock, formatExactly } from "../format.ts";
import { timeZone } from "../times.ts";
import { CopyButton, copyText, SAID_MS } from "./CopyButton.tsx";

const exactly = (at: string): readonly string[] => formatExactly({ at, zone: timeZone() });

/** An age in a row that is itself a button: the exact instant shows when the row has the focus. */
export const Age = (props: { at: string }) => (
  <time class="age" datetime={props.at} data-exact={exactly(props.at).join("\n")}>
    {formatAge({ at: props.at, now: now() })}
  </time>
);

/** An age that stands alone: it can be reached by keyboard, and copies its instant. */
export const CopyableAge = (props: { at: string }) => {
  const [said, say] = createSignal<string>();
  const copy = async () => {
    say((await copyText(props.at)) ? `Copied ${props.at}` : `Copy by hand: ${props.at}`);
    setTimeout(() => say(undefined), SAID_MS);
  };
  return (
    <button
      type="button"
      class="age age-copy"
      data-exact={said() ?? [...exactly(props.at), "Copies it"].join("\n")}
      aria-description={exactly(props.at)[0]}
      onClick={copy}
    >
      <time datetime={props.at}>{formatAge({ at: props.at, now: now() })}</time>
      <span class="visually-hidden" aria-live="polite">
        {said()}
      </span>
    </button>
  );
};

/** A date and time for a column whose head names the zone (`timeZoneName`); the other zone for whoever points at it. */
export const Clock = (props: { at: string }) => (
  <time class="age clock" datetime={props.at} data-exact={exactly(props.at).join("\n")}>
    {formatClock({ at: props.at, zone: timeZone() })}
  </time>
);

/** What a column of clocks is headed with. */
export const timeZoneName = (): string => (timeZone() === "UTC" ? "UTC" : "your time");

/** An instant written out in both zones, to be read and copied. */
export const Instant = (props: { at: string }) => (
  <span class="instant">
    <time datetime={props.at}>{exactly(props.at)[0]}</time>{" "}
    <Show when={exactly(props.at)[1]}>{(other) => <span class="quiet instant-other">({other()})</span>}</Show>{" "}
    <CopyButton text={props.at} label="copy" name={`copy ${props.at}`} isQuiet />
  </span>
);
