// The rooms of the dashboard, in the order of the navigation. The first is part of the page; each other is loaded when
// somebody goes there, or is about to.
import { type Component, lazy } from "solid-js";
import type { Need } from "./api/viewer.ts";
import { Overview } from "./overview/Overview.tsx";

export interface Room {
  /** What it asks of whoever enters. */
  readonly need: Need;
  readonly path: string;
  readonly title: string;
  readonly page: Component;
}

export const rooms: readonly Room[] = [
  { path: "/", title: "Overview", need: { scope: "READ" }, page: Overview },
  {
    path: "/live",
    title: "Live",
    need: { scope: "READ" },
    page: lazy(() => import("./live/Live.tsx").then(({ Live }) => ({ default: Live }))),
  },
  {
    path: "/events",
    title: "Events",
    need: { scope: "READ" },
    page: lazy(() => import("./events/Events.tsx").then(({ Events }) => ({ default: Events }))),
  },
  {
    path: "/failures",
    title: "Failures",
    need: { scope: "READ" },
    page: lazy(() => import("./failures/Failures.tsx").then(({ Failures }) => ({ default: Failures }))),
  },
  {
    path: "/aggregations",
    title: "Aggregations",
    need: { scope: "READ" },
    page: lazy(() => import("./aggregations/Aggregations.tsx").then(({ Aggregations }) => ({ default: Aggregations }))),
  },
  {
    path: "/submit",
    title: "Submit",
    need: { scope: "INGEST" },
    page: lazy(() => import("./submit/Submit.tsx").then(({ Submit }) => ({ default: Submit }))),
  },
  {
    path: "/clients",
    title: "Clients",
    need: { scope: "READ" },
    page: lazy(() => import("./clients/Clients.tsx").then(({ Clients }) => ({ default: Clients }))),
  },
  {
    path: "/tokens",
    title: "Tokens",
    need: { scope: "ADMIN" },
    page: lazy(() => import("./tokens/Tokens.tsx").then(({ Tokens }) => ({ default: Tokens }))),
  },
  {
    path: "/webhooks",
    title: "Webhooks",
    need: { scope: "ADMIN" },
    page: lazy(() => import("./webhooks/Webhooks.tsx").then(({ Webhooks }) => ({ default: Webhooks }))),
  },
  {
    path: "/system",
    title: "System",
    need: { scope: "READ", isOverall: true },
    page: lazy(() => import("./system/System.tsx").then(({ System }) => ({ default: System }))),
  },
];
