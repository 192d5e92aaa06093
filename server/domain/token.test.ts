import { expect, test } from "vitest";
import { hashSecret, limitOf, parseToken, stateOf, type Token, tokenText } from "./token.ts";

const SECRET = "5f".repeat(32);
const token: Token = {
  ...{ id: "0123456789ab", name: null, scopes: ["read"], clients: null, secretHash: hashSecret(SECRET) },
  ...{ previousHash: hashSecret("before"), previousUntilUs: 20, createdAtUs: 0, createdBy: null, expiresAtUs: 30 },
  ...{ rotatedAtUs: 10, revokedAtUs: null, revokedBy: null, lastUsedAtUs: null, made: 1, revision: 2 },
};

test("a token is written as sc_<id>_<secret>_<checksum>, and read as it was written", () => {
  const text = tokenText(token.id, SECRET);
  expect(text).toMatch(/^sc_0123456789ab_(5f){32}_[0-9a-f]{8}$/);
  expect(parseToken(text)).toEqual({ id: token.id, secret: SECRET });
});

test("a token that was changed anywhere, cut or lengthened is none", () => {
  const text = tokenText(token.id, SECRET);
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === "0" ? "1" : "0";
    expect(parseToken(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
    expect(parseToken(text.slice(0, at))).toBeNull();
  }
  for (const wrong of [`${text}0`, ` ${text}`, `${text}\n`, text.toUpperCase()]) expect(parseToken(wrong)).toBeNull();
});

test("each of two secrets has a limit of its own", () => {
  expect(limitOf(token, hashSecret(SECRET))).toBe(30);
  expect(limitOf(token, hashSecret("before"))).toBe(20);
  expect(limitOf({ ...token, expiresAtUs: 15 }, hashSecret("before"))).toBe(15);
  expect(limitOf({ ...token, expiresAtUs: null }, hashSecret(SECRET))).toBeNull();
  expect(limitOf(token, hashSecret("other"))).toBe(false);
  expect(limitOf({ ...token, previousHash: null }, hashSecret("before"))).toBe(false);
});

test("a token is active until it expires, and revoked whatever else it is", () => {
  expect([29, 30].map((nowUs) => stateOf(token, nowUs))).toEqual(["ACTIVE", "EXPIRED"]);
  expect(stateOf({ ...token, expiresAtUs: null }, 1e15)).toBe("ACTIVE");
  expect(stateOf({ ...token, revokedAtUs: 1 }, 40)).toBe("REVOKED");
});
