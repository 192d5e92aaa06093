// An instant as an age; exactly, in UTC and local time, for whoever points at it or reaches its row by keyboard.
import { now } from "../clock.ts";
import { formatAge, formatLocal, formatUtc } from "../format.ts";

export const Age = (props: { at: string }) => (
  <time class="age" datetime={props.at} data-exact={`${formatUtc(props.at)}\n${formatLocal(props.at)}`}>
    {formatAge({ at: props.at, now: now() })}
  </time>
);

/** The same instant written out, to be read and copied. */
export const Instant = (props: { at: string }) => (
  <time datetime={props.at}>
    {formatUtc(props.at)} <span class="quiet">({formatLocal(props.at)})</span>
  </time>
);
