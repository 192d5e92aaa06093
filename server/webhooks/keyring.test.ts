import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFile } from "../test/temporary.ts";
import { createKeyring } from "./keyring.ts";

test("a secret is read again by who has the key file, also after a restart, and by nobody else", () => {
  const file = temporaryFile("webhook.key");
  const sealed = createKeyring(file).seal("whsec_abc");
  expect(sealed).not.toContain("abc");
  expect(createKeyring(file).open(sealed)).toBe("whsec_abc");
  const other = createKeyring(temporaryFile("webhook.key"));
  other.seal("whsec_xyz");
  expect(() => other.open(sealed)).toThrow("with another key");
});

test("where a database was restored without its key file none is made, and the right one helps once it is brought", () => {
  const [file, elsewhere] = [temporaryFile("webhook.key"), temporaryFile("webhook.key")];
  const sealed = createKeyring(file).seal("whsec_abc");
  const keyring = createKeyring(elsewhere);
  expect(() => keyring.open(sealed)).toThrow(`there is no file ${elsewhere} (WEBHOOK_KEY_FILE)`);
  expect(existsSync(elsewhere)).toBe(false);
  copyFileSync(file, elsewhere);
  expect(keyring.open(sealed)).toBe("whsec_abc");
});

test("the same secret is never sealed twice alike, and what was changed is not opened", () => {
  const keyring = createKeyring(temporaryFile("webhook.key"));
  const [sealed, again] = [keyring.seal("whsec_abc"), keyring.seal("whsec_abc")];
  expect(sealed).not.toBe(again);
  expect(() => keyring.open(sealed.replace(/(?<=\.)./, (first) => (first === "A" ? "B" : "A")))).toThrow("damaged");
  expect(() => keyring.open(sealed.slice(0, -8))).toThrow("damaged");
});

test("the key file is the owner's alone, made once, and never replaced", () => {
  const file = temporaryFile("webhook.key");
  const [first, second] = [createKeyring(file), createKeyring(file)];
  expect(second.open(first.seal("x"))).toBe("x");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const key = readFileSync(file, "utf8");
  createKeyring(file).seal("y");
  expect(readFileSync(file, "utf8")).toBe(key);
  writeFileSync(file, "no key");
  expect(() => createKeyring(file).seal("z")).toThrow("does not hold a key");
});
