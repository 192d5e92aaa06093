// The viewer: who asks, as the server sees it.
import { builder } from "./builder.ts";

export const ViewerRef = builder.objectRef<object>("Viewer").implement({ description: "Who asks." });

builder.queryField("viewer", (t) =>
  t.field({ type: ViewerRef, description: "Who asks, and how much of what.", resolve: () => ({}) }),
);
