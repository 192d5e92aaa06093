// The state of the connection in words.
import type { Connection } from "../api/follow.ts";
import { formatCount } from "../format.ts";

export interface DescribedConnection {
  readonly state: "live" | "connecting" | "behind" | "reconnecting" | "offline";
  readonly text: string;
}

/** Fewer than these arrive with the next message: too short a moment to name, unless it lasts. */
const MIN_BEHIND = 100;
const LASTING_MS = 1_000;

/** What is said of a connection whose feed is `behind` entries short of what the server was known to have at `behindSince`. */
export const describeConnection = (state: {
  connection: Connection;
  behind: number;
  behindSince: number;
  isOnline: boolean;
  now: number;
}): DescribedConnection => {
  const { connection, isOnline, now } = state;
  const isNamed = state.behind >= MIN_BEHIND || now - state.behindSince >= LASTING_MS;
  const behind = isNamed ? Math.max(0, state.behind) : 0;
  if (connection.kind === "connecting") return { state: "connecting", text: "connecting" };
  if (connection.kind === "live" && behind === 0) return { state: "live", text: "live" };
  if (connection.kind === "live") return { state: "behind", text: `catching up, ${formatCount(behind)} behind` };
  if (!isOnline) return { state: "offline", text: "offline" };
  const seconds = Math.max(1, Math.ceil((connection.untilAt - now) / 1_000));
  return { state: "reconnecting", text: `reconnecting in ${seconds} s` };
};
