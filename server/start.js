// Runs a program of this project on a Node that can run it. The sources need Node 24 (they are TypeScript, and
// better-sqlite3 crashes on older ones); npm may be run by an older Node, so the project brings its own along.
// Usage: node server/start.js PROGRAM [ARGUMENT ...]
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const MIN_MAJOR = 24;
/** V8 would let what lives only as long as a request grow to 134 MB, where 48 serve as many requests. */
const NODE_FLAGS = ["--max-semi-space-size=16"];
const [program, ...args] = process.argv.slice(2);

if (program === undefined) {
  console.error("usage: node server/start.js PROGRAM [ARGUMENT ...]");
  process.exit(2);
}

// What was compiled once is kept for the next start, which then takes half the time. By a variable, because that is how
// worker threads and child processes learn of it.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= MIN_MAJOR) await runHere(program);
else runOnPinnedNode(program);

/**
 * npm dies of a signal without passing it on. Whoever was started by npm ends with it: an orphan would hold the port
 * and the database.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.env.SURECOUNT_LAUNCHED) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
  }, 500).unref();
}

/** @param {string} program */
async function runHere(program) {
  module.enableCompileCache();
  endWithNpm();
  // Nor may the launcher's death leave an orphan behind.
  if (process.env.SURECOUNT_LAUNCHED && process.channel) {
    process.once("disconnect", () => process.exit(1));
    process.channel.unref();
  }
  delete process.env.SURECOUNT_LAUNCHED;
  const file = resolve(program);
  process.argv.splice(1, process.argv.length - 1, file, ...args);
  await import(pathToFileURL(file).href);
}

/** @param {string} program */
function runOnPinnedNode(program) {
  const windows = process.platform === "win32";
  const folder = `../node_modules/node-${windows ? "win" : process.platform}-${process.arch}/bin/`;
  const node = fileURLToPath(new URL(windows ? `${folder}node.exe` : `${folder}node`, import.meta.url));
  if (!existsSync(node)) {
    console.error(
      `This needs Node ${MIN_MAJOR} or newer. This is Node ${process.versions.node}, and ${node} is not installed: run npm ci, or install Node ${MIN_MAJOR}.`,
    );
    process.exit(1);
  }
  endWithNpm();
  const child = spawn(node, [...NODE_FLAGS, fileURLToPath(import.meta.url), program, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, SURECOUNT_LAUNCHED: "1" },
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1)));
}
