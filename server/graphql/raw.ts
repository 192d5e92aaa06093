// A raw event as JSON for the API.
import type { Json } from "../domain/json.ts";

/** The stored text as a value. JSON has no infinity but the text may (as 1e999): it is shown as a string. */
export const parseRaw = (text: string): Json =>
  JSON.parse(text, (_key, value: Json) =>
    value === Infinity ? "1e999" : value === -Infinity ? "-1e999" : value,
  ) as Json;
