// The rooms of the dashboard, in the order of the navigation. The first is part of the page; each other is loaded when
// somebody goes there, or is about to.
import { type Component, lazy } from "solid-js";
import { Overview } from "./overview/Overview.tsx";

export interface Room {
  readonly path: string;
  readonly title: string;
  readonly page: Component;
}

export const rooms: readonly Room[] = [
  { path: "/", title: "Overview", page: Overview },
  {
    path: "/live",
    title: "Live",
    page: lazy(() => import("./live/Live.tsx").then(({ Live }) => ({ default: Live }))),
  },
  {
    path: "/events",
    title: "Events",
    page: lazy(() => import("./events/Events.tsx").then(({ Events }) => ({ default: Events }))),
  },
  {
    path: "/failures",
    title: "Failures",
    page: lazy(() => import("./failures/Failures.tsx").then(({ Failures }) => ({ default: Failures }))),
  },
  {
    path: "/aggregations",
    title: "Aggregations",
    page: lazy(() => import("./aggregations/Aggregations.tsx").then(({ Aggregations }) => ({ default: Aggregations }))),
  },
  {
    path: "/submit",
    title: "Submit",
    page: lazy(() => import("./submit/Submit.tsx").then(({ Submit }) => ({ default: Submit }))),
  },
  {
    path: "/clients",
    title: "Clients",
    page: lazy(() => import("./clients/Clients.tsx").then(({ Clients }) => ({ default: Clients }))),
  },
  {
    path: "/webhooks",
    title: "Webhooks",
    page: lazy(() => import("./webhooks/Webhooks.tsx").then(({ Webhooks }) => ({ default: Webhooks }))),
  },
  {
    path: "/system",
    title: "System",
    page: lazy(() => import("./system/System.tsx").then(({ System }) => ({ default: System }))),
  },
];
