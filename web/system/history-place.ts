// Which span of time and which server the charts of the room show: both stand in the address, what is usual left out.
import type { HistoryChoice } from "../api/system-history.ts";
import type { HistorySpan } from "../api/system-history-operations.ts";

export const spanTexts = { HOUR: "1 h", SIX_HOURS: "6 h", DAY: "24 h", FORTNIGHT: "14 d" } as const satisfies Record<
  HistorySpan,
  string
>;
export const spanNames = Object.keys(spanTexts) as readonly HistorySpan[];

const words = { HOUR: "1h", SIX_HOURS: "6h", DAY: "24h", FORTNIGHT: "14d" } as const;
const usual: HistorySpan = "HOUR";

export type Params = Readonly<{ range?: string | undefined; server?: string | undefined }>;

/** What an address says; what it says wrongly is as if it said nothing. */
export const readChoice = ({ range, server }: Params): HistoryChoice => ({
  span: spanNames.find((name) => words[name] === range) ?? usual,
  server: server === undefined || server === "" ? null : server,
});

/** What a change of the choice changes in the address. */
export const paramsOf = (change: Partial<HistoryChoice>): Params => ({
  ...(change.span !== undefined && { range: change.span === usual ? undefined : words[change.span] }),
  ...(change.server !== undefined && { server: change.server ?? undefined }),
});
