// Installs a peer from the npm registry into a folder of its own, outside this project, where it stays for the next run.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { runProgram } from "../program.ts";

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
}

/** The folder in which it is installed. @throws Error where that cannot be done. */
export const installPeer = ({ name, dependencies, overrides = {} }: Manifest): string => {
  const version = Object.values(dependencies).join("-");
  const folder = join(tmpdir(), "surecount-bench-peers", `${name}-${version}`);
  if (existsSync(join(folder, "installed"))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies, overrides }));
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error("start it with npm run bench: npm is needed to install it");
  const args = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts=false"];
  runProgram({ command: process.execPath, args, cwd: folder, env: installEnvironment() });
  writeFileSync(join(folder, "installed"), "");
  return folder;
};

/** What is compiled while installing must fit the Node that runs it, which need not be the one that runs npm. */
const installEnvironment = (): NodeJS.ProcessEnv => {
  const ours = Object.entries(process.env).filter(([name]) => !/^npm_(?!execpath$)/.test(name));
  const bin = dirname(process.execPath);
  const headers = existsSync(join(bin, "../include/node")) ? { npm_config_nodedir: dirname(bin) } : {};
  return { ...Object.fromEntries(ours), ...headers, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
};
