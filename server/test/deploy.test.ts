// What is in deploy/: parsed by the tools that it is for where they are installed, and held to what the program has.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { settingsTable } from "../config.ts";
import { temporaryFolder } from "./temporary.ts";
import { parseYaml } from "./yaml.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string): string => readFileSync(join(root, "deploy", name), "utf8");
const settings = new Set(settingsTable().map(([name]) => name));
const has = (tool: string, ...args: readonly string[]): boolean => spawnSync(tool, args).error === undefined;

const tools = {
  "systemd-analyze": has("systemd-analyze", "--version"),
  nginx: has("nginx", "-v"),
  caddy: has("caddy", "version"),
  "docker compose": spawnSync("docker", ["compose", "version"]).status === 0,
};
const missing = Object.entries(tools).flatMap(([tool, isThere]) => (isThere ? [] : [tool]));
if (missing.length > 0)
  console.warn(`SKIPPED: this machine has no ${missing.join(", no ")}, so what is for it is not parsed by it.`);

describe("the container file", () => {
  const instructions = read("Containerfile")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => /^([A-Z]+) (.+)$/.exec(line)?.slice(1) as [name: string, rest: string]);
  const last = instructions.slice(instructions.findLastIndex(([name]) => name === "FROM"));
  const valuesOf = (name: string) => last.flatMap(([of, rest]) => (of === name ? [rest] : []));

  test("has only instructions that there are, and copies only what is there", () => {
    const known = /^(ARG|FROM|WORKDIR|COPY|RUN|ENV|USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD)$/;
    for (const [name] of instructions) expect(name).toMatch(known);
    const copied = instructions.flatMap(([name, rest]) =>
      name === "COPY" && !rest.startsWith("--from=") ? rest.split(" ").slice(0, -1) : [],
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(read("Containerfile.dockerignore")).toMatch(new RegExp(`^!${path.replaceAll(".", "\\.")}$`, "m"));
    }
  });

  test("runs the program as somebody who is not root, with settings that there are, and asks whether it is ready", () => {
    expect(valuesOf("USER")).toEqual(["node"]);
    const [entry = "[]"] = valuesOf("ENTRYPOINT");
    for (const path of (JSON.parse(entry) as string[]).filter((part) => part.includes("/")))
      expect(existsSync(join(root, path)), path).toBe(true);
    const names = valuesOf("ENV").flatMap((rest) => rest.match(/[A-Z_]+(?==)/g) ?? []);
    for (const name of names.filter((name) => name !== "NODE_ENV")) expect(settings).toContain(name);
    const [check = ""] = valuesOf("HEALTHCHECK");
    const command = JSON.parse(check.slice(check.indexOf("["))) as string[];
    expect(command.at(-1)).toContain("/readyz");
    // Where nothing listens the server is not ready.
    const env = { ...process.env, PORT: "1" };
    expect(spawnSync(process.execPath, command.slice(1), { env }).status).toBe(1);
  });
});

describe.each(["compose.yaml", "compose.postgres.yaml"])("%s", (name) => {
  const file = parseYaml(read(name)) as {
    services: Record<string, { environment: Record<string, string>; volumes: string[]; read_only?: boolean }>;
    volumes: Record<string, null>;
  };

  test("gives the server settings that there are, and volumes that it declares", () => {
    for (const setting of Object.keys(file.services.surecount?.environment ?? {})) expect(settings).toContain(setting);
    const mounted = Object.values(file.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(":")[0]),
    );
    expect(mounted.toSorted()).toEqual(Object.keys(file.volumes).toSorted());
    expect(file.services.surecount?.read_only).toBe(true);
  });

  test("is parsed by docker compose, where that is", () => {
    if (!tools["docker compose"]) return;
    const env = { ...process.env, POSTGRES_PASSWORD: "secret" };
    execFileSync("docker", ["compose", "-f", join(root, "deploy", name), "config", "--quiet"], { env });
  });
});

test("the unit has settings that there are; systemd takes it where that is, and finds that it exposes little", () => {
  const [environment = ""] = read("surecount.service").match(/(?<=^Environment=).*/m) ?? [];
  for (const name of environment.match(/\b[A-Z_]+(?==)/g) ?? [])
    if (!name.startsWith("NODE_")) expect(settings).toContain(name);
  if (!tools["systemd-analyze"]) return;
  const unit = join(root, "deploy/surecount.service");
  const { stderr, status } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
  // Of other units of this machine it may say what it likes.
  expect(stderr.split("\n").filter((line) => line.includes("surecount.service"))).toEqual([]);
  expect(status).toBe(0);
  const rating = spawnSync("systemd-analyze", ["security", "--offline=yes", "--threshold=20", unit], {
    encoding: "utf8",
  });
  expect(rating.stdout).toMatch(/Overall exposure level .*: 1\.\d OK/);
});

test("the proxies keep the host, pass WebSockets on and send again; each is taken by its program where that is", () => {
  const places = read("nginx.conf")
    .split(/^ {2}location /m)
    .slice(1);
  expect(places).toHaveLength(3);
  for (const place of places) expect(place).toMatch(/proxy_set_header Host \$http_host;/);
  for (const name of ["nginx.conf", "Caddyfile", "surecount.service"]) expect(read(name)).toContain("ALLOWED_HOSTS");
  expect(read("nginx.conf")).toMatch(/proxy_set_header Upgrade \$http_upgrade;/);
  expect(read("nginx.conf")).toMatch(/proxy_next_upstream error timeout non_idempotent;/);
  expect(read("Caddyfile")).toMatch(/lb_retry_match \{\s+method GET POST/);
  if (tools.nginx) expectNginxTakesIt();
  if (tools.caddy) expectCaddyTakesIt();
});

const expectNginxTakesIt = (): void => {
  const folder = temporaryFolder();
  copyFileSync(join(root, "deploy/nginx.conf"), join(folder, "surecount.conf"));
  writeFileSync(join(folder, "nginx.conf"), `pid ${folder}/pid; events {} http { include ${folder}/surecount.conf; }`);
  const { stderr } = spawnSync("nginx", ["-t", "-c", join(folder, "nginx.conf")], { encoding: "utf8" });
  expect(stderr).toContain("syntax is ok");
};

const expectCaddyTakesIt = (): void => {
  const file = join(root, "deploy/Caddyfile");
  const { status, stderr } = spawnSync("caddy", ["validate", "--adapter", "caddyfile", "--config", file], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
};
