// What every answer tells a browser: to believe nothing but what the server says, and to let no other page look in.
import type { ServerResponse } from "node:http";

const SECURITY_HEADERS = Object.entries({
  // For what is no page. Pages have a policy of their own.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

export const secure = (response: ServerResponse): void => {
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
};

/** What a page may load and run: its own files, from here. `more` adds to the sources of some kinds. */
export const setPagePolicy = (response: ServerResponse, more: Readonly<Record<string, string>> = {}): void => {
  const kinds = { ...PAGE_SOURCES, ...more };
  const policy = Object.entries(kinds).map(([kind, sources]) => `${kind} ${sources}`);
  response.setHeader("content-security-policy", policy.join("; "));
};

const PAGE_SOURCES = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "font-src": "'self'",
  "connect-src": "'self'",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
};
