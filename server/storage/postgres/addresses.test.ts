import { expect, test } from "vitest";
import { createAddresses } from "./addresses.ts";

test("the address that works is kept, and the next has its turn when it fails", () => {
  const addresses = createAddresses("postgres://u:p@first:1,second:2,third/name?sslmode=require");
  const [first, second, third] = ["first:1", "second:2", "third"].map(
    (host) => `postgres://u:p@${host}/name?sslmode=require`,
  );
  expect(addresses.current()).toBe(first);
  addresses.fail(first ?? "");
  expect(addresses.current()).toBe(second);
  // Another connection to the first notices late.
  addresses.fail(first ?? "");
  expect(addresses.current()).toBe(second);
  addresses.fail(second ?? "");
  addresses.fail(third ?? "");
  expect(addresses.current()).toBe(first);
});

test("a user and a password may contain an @", () => {
  const addresses = createAddresses("postgres://u@corp:p@ss@first,second/name");
  addresses.fail(addresses.current());
  expect(addresses.current()).toBe("postgres://u@corp:p@ss@second/name");
});

test("one address fails and stays", () => {
  const addresses = createAddresses("postgresql://localhost/name");
  addresses.fail(addresses.current());
  expect(addresses.current()).toBe("postgresql://localhost/name");
});

test("what is no URL is refused without repeating it", () => {
  expect(() => createAddresses("secret")).toThrow(/^(?!.*secret)/);
});
