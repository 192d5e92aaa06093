// Keeps the secrets of endpoints from who has the database alone: they are encrypted with a key that rests in a file of
// its own. All servers on one database need the same file.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

export interface Keyring {
  seal(secret: string): string;
  /** @throws KeyringError where it was sealed with another key, or is damaged. */
  open(sealed: string): string;
}

/** Its message is one line for the operator. */
export class KeyringError extends Error {}

/** The key is read, or made where there is none, when it is needed first. */
export const createKeyring = (file: string): Keyring => {
  let key: Buffer | undefined;
  const theKey = (): Buffer => {
    key ??= readOrMake(file);
    return key;
  };
  return {
    seal: (secret) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, theKey(), iv);
      const parts = [iv, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()];
      return `${nameOf(theKey())}.${Buffer.concat(parts).toString("base64url")}`;
    },
    open: (sealed) => {
      const [name, text = ""] = sealed.split(".");
      if (name !== nameOf(theKey()))
        throw new KeyringError(`The secret was encrypted with another key than that in ${file}.`);
      const bytes = Buffer.from(text, "base64url");
      const decipher = createDecipheriv(CIPHER, theKey(), bytes.subarray(0, IV_BYTES));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
      } catch (cause) {
        throw new KeyringError("The secret is damaged.", { cause });
      }
    },
  };
};

/** By which one sees whether two keys are the same. */
const nameOf = (key: Buffer): string => createHash("sha256").update(key).digest("hex").slice(0, 8);

const readOrMake = (file: string): Buffer => {
  try {
    return read(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  make(file);
  return read(file);
};

const read = (file: string): Buffer => {
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  throw new KeyringError(`The file ${file} does not hold a key: ${KEY_BYTES} bytes in base64.`);
};

/** Linked into its place when it is whole: of several servers that make one at once all read the first. */
const make = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
};
