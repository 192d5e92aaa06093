// Totals: how many events of each outcome, in all and by client.
import { AppError } from "../domain/error.ts";
import type { ClientTotals, Totals } from "../storage/storage.ts";
import { builder } from "./builder.ts";

const THROUGHPUT_WINDOW_S = 60;
const MAX_CLIENTS = 10_000;

export const OutcomeCountsRef = builder.interfaceRef<Totals>("OutcomeCounts").implement({
  description:
    "How many events of each outcome: received = accepted + duplicates + conflicts + rejected, at every moment.",
  fields: (t) => ({
    received: t.expose("received", {
      type: "SafeInt",
      description: "All events received.",
    }),
    accepted: t.expose("accepted", {
      type: "SafeInt",
      description: "Those that were new and counted.",
    }),
    duplicates: t.expose("duplicates", {
      type: "SafeInt",
      description: "Those that were already counted.",
    }),
    conflicts: t.expose("conflicts", {
      type: "SafeInt",
      description: "Those that used the key of another event.",
    }),
    rejected: t.expose("rejected", {
      type: "SafeInt",
      description: "Those that could not be normalised.",
    }),
  }),
});

const ClientStatsRef = builder.objectRef<ClientTotals>("ClientStats").implement({
  description: "How many events one client has sent, by outcome.",
  interfaces: [OutcomeCountsRef],
  fields: (t) => ({
    client: t.exposeString("client", { description: "The client." }),
    lastSeenAt: t.expose("lastSeenAtUs", { type: "DateTime", description: "When the last one was received." }),
  }),
});

interface Stats extends Totals {
  /** Whom the figures are about; null for everyone. */
  readonly client: string | null;
  readonly asOfSeq: number;
}

const shareOf = (part: number, { received }: Totals): number => (received === 0 ? 0 : part / received);

const StatsRef = builder.objectRef<Stats>("Stats").implement({
  description: "Totals and rates since the beginning, of everyone or of one client.",
  interfaces: [OutcomeCountsRef],
  fields: (t) => ({
    asOfSeq: t.expose("asOfSeq", {
      type: "SafeInt",
      description: "The last entry of the log that the figures include.",
    }),
    duplicateRate: t.float({
      description: "Share of duplicates in what was received, 0 to 1; 0 where nothing was received.",
      resolve: (stats) => shareOf(stats.duplicates, stats),
    }),
    rejectionRate: t.float({
      description: "Share of rejected events in what was received, 0 to 1; 0 where nothing was received.",
      resolve: (stats) => shareOf(stats.rejected, stats),
    }),
    successRate: t.float({
      description:
        "Share of accepted events and duplicates in what was received, 0 to 1; 0 where nothing was received.",
      resolve: (stats) => shareOf(stats.accepted + stats.duplicates, stats),
    }),
    throughput: t.float({
      description: "Events received per second over the last minute.",
      resolve: async ({ client }, _args, { storage, now }) => {
        const sinceUs = now() - THROUGHPUT_WINDOW_S * 1_000_000;
        return (await storage.receivedSince({ sinceUs, client })) / THROUGHPUT_WINDOW_S;
      },
    }),
    clients: t.field({
      type: [ClientStatsRef],
      description:
        "The same by client, those who sent most first. Events whose client could not be read are in the totals alone.",
      // There may be many, and all are read at once.
      extensions: { rowWeight: 0.25 },
      args: {
        first: t.arg.int({
          defaultValue: 1000,
          description: "At most this many clients: 0 to 10,000.",
        }),
      },
      resolve: ({ client }, { first }, { storage }) => {
        const limit = first ?? 1000;
        if (limit < 0 || limit > MAX_CLIENTS)
          throw new AppError("BAD_USER_INPUT", `Ask for 0 to ${MAX_CLIENTS} clients, not ${limit}.`);
        return storage.clients({ client, limit });
      },
    }),
  }),
});

builder.queryField("stats", (t) =>
  t.field({
    type: StatsRef,
    description: "Totals and rates since the beginning.",
    args: { client: t.arg.string({ description: "Of this client alone." }) },
    resolve: async (_root, args, { storage }) => {
      const client = args.client ?? null;
      return { ...(await storage.totals(client)), client };
    },
  }),
);
