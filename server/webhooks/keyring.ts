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

/**
 * The key is read when it is needed first, and made where there is none and something is to be sealed. To open what was
 * sealed elsewhere none is made, so that the file can still be brought.
 */
export const createKeyring = (file: string): Keyring => {
  let known: Buffer | null = null;
  const toSeal = (): Buffer => {
    known ??= find(file) ?? make(file);
    return known;
  };
  const toOpen = (): Buffer => {
    known ??= find(file);
    if (known !== null) return known;
    throw new KeyringError(`The key of the secret is missing: there is no file ${file} (WEBHOOK_KEY_FILE).`);
  };
  return {
    seal: (secret) => {
      const key = toSeal();
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv);
      const parts = [iv, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()];
      return `${nameOf(key)}.${Buffer.concat(parts).toString("base64url")}`;
    },
    open: (sealed) => {
      const key = toOpen();
      const [name, text = ""] = sealed.split(".");
      if (name !== nameOf(key))
        throw new KeyringError(`The secret was encrypted with another key than that in ${file} (WEBHOOK_KEY_FILE).`);
      const bytes = Buffer.from(text, "base64url");
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES));
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

/** Null where there is no file. */
const find = (file: string): Buffer | null => {
  try {
    return read(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};

const read = (file: string): Buffer => {
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  throw new KeyringError(`The file ${file} does not hold a key: ${KEY_BYTES} bytes in base64.`);
};

/** Linked into its place when it is whole: of several servers that make one at once all read the first. */
const make = (file: string): Buffer => {
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
  return read(file);
};
