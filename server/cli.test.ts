import { expect, test } from "vitest";
import { parseCommand } from "./cli.ts";
import { definitions } from "./commands/definitions.ts";
import { helpText } from "./commands/help.ts";
import { settingsTable } from "./config.ts";

test.each([
  [[], { name: "serve", options: {} }],
  [["serve"], { name: "serve", options: {} }],
  [["consume", "--from", "nats://a"], { name: "consume", options: { from: "nats://a" } }],
  [["consume", "--from=nats://a?x=y"], { name: "consume", options: { from: "nats://a?x=y" } }],
  [["copy", "--to", "postgres://a/b"], { name: "copy", options: { to: "postgres://a/b" } }],
  [["verify"], { name: "verify", options: {} }],
  [["verify", "--checkpoint", "a.json"], { name: "verify", options: { checkpoint: "a.json" } }],
  [["checkpoint", "--out=a.json"], { name: "checkpoint", options: { out: "a.json" } }],
  [["import", "a.csv", "--url", "http://a"], { name: "import", options: { file: "a.csv", url: "http://a" } }],
  [["import", "--type=csv", "-"], { name: "import", options: { file: "-", type: "csv" } }],
  [["export", "events", "a.json"], { name: "export", options: { list: "events", file: "a.json" } }],
  [
    ["token", "create", "--scopes", "ingest,read", "--client", "a, b", "--client=c", "--expires", "90d"],
    { name: "token create", options: { scopes: "ingest,read", client: ["a, b", "c"], expires: "90d" } },
  ],
  [["token", "create", "--scopes=admin"], { name: "token create", options: { scopes: "admin" } }],
  [["token", "list"], { name: "token list", options: {} }],
  [["token", "revoke", "0a1b"], { name: "token revoke", options: { id: "0a1b" } }],
  [["token", "rotate", "0a1b", "--grace", "1h"], { name: "token rotate", options: { id: "0a1b", grace: "1h" } }],
  [["backup", "a.db"], { name: "backup", options: { file: "a.db" } }],
  [["backup", "--rate", "5", "a.db"], { name: "backup", options: { file: "a.db", rate: "5" } }],
  [["restore", "a.db"], { name: "restore", options: { file: "a.db" } }],
  [["restore", "a.db", "--replace"], { name: "restore", options: { file: "a.db", replace: true } }],
  [["migrate"], { name: "migrate", options: {} }],
  [["--migrate-only"], { name: "migrate", options: {} }],
  [["consume", "--help"], { name: "help", topic: "consume" }],
  [["help", "token", "list"], { name: "help", topic: "token list" }],
  [["help", "token"], { name: "help", topic: "token" }],
  [["help"], { name: "help", topic: null }],
  [["-h"], { name: "help", topic: null }],
  [["--version"], { name: "version" }],
  [["drill", "--cycles", "3"], { name: "drill", options: { args: ["--cycles", "3"] } }],
  [["drill", "--help"], { name: "drill", options: { args: ["--help"] } }],
  [["help", "drill"], { name: "drill", options: { args: ["--help"] } }],
])("%j is understood", (args, command) => {
  expect(parseCommand(args)).toEqual(command);
});

test.each([
  [["copy-all"], /^There is no command "copy-all"\./],
  [["constructor"], /^There is no command "constructor"\./],
  [["--port", "1"], /^There is no option "--port" here\./],
  [["serve", "--from", "nats://a"], /^There is no option "--from" here\./],
  [["verify", "--out", "a.json"], /^There is no option "--out" here\./],
  [["verify", "--checkpoint"], /^--checkpoint has no value\./],
  [["import"], /^import needs FILE\./],
  [["export", "events"], /^export needs FILE\./],
  [["import", "a", "b"], /^There is no place for an argument "b"\./],
  [["backup"], /^backup needs FILE\./],
  [["backup", "a.db", "b/c.db"], /^There is no place for an argument\./],
  [["backup", "a.db", "--replace"], /^There is no option "--replace" here\./],
  [["restore", "a.db", "--replace=no"], /^There is no option "--replace" here\./],
  [["restore", "a.db", "--replace", "--replace"], /^--replace is given twice\./],
  [["consume"], /^consume needs --from nats:\/\/HOST:4222\./],
  [["consume", "--from"], /^--from has no value\./],
  [["consume", "--from="], /^--from has no value\./],
  [["consume", "--from", "nats://a", "--from", "nats://b"], /^--from is given twice\./],
  [["token"], /^token is token create, token list, token rotate, token revoke\./],
  [["token", "create"], /^token create needs --scopes SCOPE,SCOPE\./],
  [["token", "revoke"], /^token revoke needs ID\./],
  [["token", "rotate", "--grace", "1h"], /^token rotate needs ID\./],
  [["token", "revoke", "a", "b"], /^There is no place for an argument "b"\./],
  [["help", "copy-all"], /^There is no command "copy-all"\./],
  [["help", "copy", "all"], /^There is no command "copy all"\./],
  [["consume", "again", "--from", "nats://a"], /^There is no place for an argument "again"\./],
])("%j is answered with one line", (args, message) => {
  expect(() => parseCommand(args)).toThrow(message);
  expect(() => parseCommand(args)).toThrow(/^[^\n]* Use --help to see what there is\.$/);
});

test("what may hold a password is never repeated", () => {
  for (const args of [
    ["nats://me:secret@a"],
    ["consume", "nats://me:secret@a"],
    ["copy", "postgres://me:secret@a/b"],
    ["consume", "--form=nats://me:secret@a"],
  ])
    expect(() => parseCommand(args)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
});

const names = Object.keys(definitions);

test("the help names every command, every setting and every exit code, in lines that a terminal of 100 columns can show", () => {
  const text = helpText(null);
  for (const name of names) expect(text).toMatch(new RegExp(`^ {2}${name} `, "m"));
  for (const [name] of settingsTable()) expect(text).toMatch(new RegExp(`^ {2}${name} `, "m"));
  for (const code of ["0", "1", "2", "3", "137"]) expect(text).toMatch(new RegExp(`^ {2}${code} {2,}[A-Z]`, "m"));
  for (const topic of [null, ...names])
    for (const line of helpText(topic).split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("the help of a command names what it takes", () => {
  expect(helpText("restore")).toMatch(/^Usage: npm start -- restore FILE \[--replace\]\n/);
  expect(helpText("consume")).toMatch(/^Usage: npm start -- consume --from nats:\/\/HOST:4222\n/);
  expect(helpText("token create")).toMatch(/^ {2}--client CLIENT +Bind/m);
  expect(helpText("token")).toMatch(/token create[\s\S]*token list[\s\S]*token rotate ID[\s\S]*token revoke ID/);
});

test("the example in the help of each command is understood", () => {
  for (const [name, { example }] of Object.entries(definitions)) {
    const args = example.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", "")) ?? [];
    expect(parseCommand(args).name).toBe(name);
  }
});
