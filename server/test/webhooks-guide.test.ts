// What the guide to webhooks gives its readers to check a request with does check it.
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createSecret, signedHeaders } from "../domain/signature.ts";
import { pageOf } from "./guides.ts";
import { temporaryFile } from "./temporary.ts";

const exampleIn = (language: string): string => {
  const [, code] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(pageOf("docs/webhooks.md")) ?? [];
  if (code === undefined) throw new Error(`The guide has no example in ${language}.`);
  return code;
};

const secret = createSecret();
const body = '{"type":"event.rejected","x":"ä🧀"}';
const headersAt = (atMs: number) =>
  signedHeaders([createSecret(), secret], { id: "msg_1", atSeconds: Math.floor(atMs / 1000), body });
const cases = [
  [headersAt(Date.now()), body, true],
  [headersAt(Date.now()), `${body} `, false],
  [headersAt(Date.now() - 600_000), body, false],
] as const;

test("the guide's check in TypeScript tells genuine requests from others", async () => {
  const file = temporaryFile("check.ts");
  writeFileSync(file, exampleIn("ts"));
  const { isGenuine } = await import(file);
  expect(cases.map(([headers, text]) => isGenuine(secret, headers, text))).toEqual(cases.map(([, , is]) => is));
});

const hasPython = (() => {
  try {
    execFileSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 9)"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.runIf(hasPython)("the guide's check in Python does too", async () => {
  const asked = JSON.stringify(cases.map(([headers, text]) => [headers, text]));
  const program = `${exampleIn("python")}
import json, sys
print(json.dumps([is_genuine(sys.argv[1], headers, body.encode()) for headers, body in json.loads(sys.argv[2])]))`;
  const { stdout } = await promisify(execFile)("python3", ["-c", program, secret, asked]);
  expect(JSON.parse(stdout)).toEqual(cases.map(([, , is]) => is));
});
