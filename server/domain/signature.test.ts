// The package of the people who wrote the specification is the judge.
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { createSecret, signedHeaders } from "./signature.ts";

const message = { id: "msg_1", atSeconds: Math.floor(Date.now() / 1000), body: '{"type":"event.rejected","x":"ä🧀"}' };

test("what is signed is verified by another implementation of the specification", () => {
  const secret = createSecret();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(new Webhook(secret).verify(message.body, signedHeaders([secret], message))).toEqual(JSON.parse(message.body));
});

test("while a secret is replaced, either verifies, and no other", () => {
  const [fresh, former, other] = [createSecret(), createSecret(), createSecret()];
  const headers = signedHeaders([fresh, former], message);
  expect(headers["webhook-signature"]).toMatch(/^v1,\S{44} v1,\S{44}$/);
  for (const secret of [fresh, former]) new Webhook(secret).verify(message.body, headers);
  expect(() => new Webhook(other).verify(message.body, headers)).toThrow();
});

test("another body, id or time has another signature", () => {
  const secret = createSecret();
  const headers = signedHeaders([secret], message);
  const judge = new Webhook(secret);
  expect(() => judge.verify(`${message.body} `, headers)).toThrow();
  expect(() => judge.verify(message.body, { ...headers, "webhook-id": "msg_2" })).toThrow();
  const later = String(message.atSeconds + 1);
  expect(() => judge.verify(message.body, { ...headers, "webhook-timestamp": later })).toThrow();
});
