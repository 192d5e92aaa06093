// The rooms of the dashboard, in the order of the navigation.
import type { Component } from "solid-js";
import { Overview } from "./pages/Overview.tsx";

export interface Room {
  readonly path: string;
  readonly title: string;
  readonly page: Component;
}

export const rooms: readonly [Room, ...Room[]] = [{ path: "/", title: "Overview", page: Overview }];
