// Builds the dashboard when its sources have changed since the last time, so that starting the server is enough to have
// it. Each build lies in a folder named by the hash of its sources and comes there complete, by a rename: servers that
// start at once, or one killed while building, never leave half a dashboard, and a running one keeps its own.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

export interface BuildPlan {
  /** The folder of the sources. */
  readonly root: string;
  /** Files elsewhere that decide what comes out. */
  readonly others: readonly string[];
  /** Where the builds lie. */
  readonly dist: string;
  /** Builds into an empty folder. */
  readonly bundle: (outDir: string) => Promise<void>;
}

/** The folder of the built dashboard, built now if need be. */
export const buildDashboard = (): Promise<string> =>
  buildOnce({
    root: here,
    others: [fileURLToPath(new URL("../package-lock.json", import.meta.url))],
    dist: join(here, "dist"),
    bundle,
  });

/** The folder of what the sources make, made now unless it is there. */
export const buildOnce = async (plan: BuildPlan): Promise<string> => {
  const built = join(plan.dist, await hashSources(plan));
  if (await exists(built)) return built;
  await sweep(plan.dist);
  const draft = join(plan.dist, `.draft-${randomBytes(6).toString("hex")}`);
  await mkdir(draft, { recursive: true });
  try {
    await plan.bundle(draft);
    await rename(draft, built);
  } catch (error) {
    // Another server may have been faster: its folder is as good as ours.
    if (!(await exists(built))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return built;
};

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_BUILD_AGE_MS = 30 * DAY_MS;

/** Takes away what no server can be using any more: old builds, and drafts of builders that were killed. */
const sweep = async (dist: string): Promise<void> => {
  const names = await readdir(dist).catch(() => []);
  for (const name of names) {
    const folder = join(dist, name);
    const maxAgeMs = name.startsWith(".draft-") ? DAY_MS : MAX_BUILD_AGE_MS;
    // Gone meanwhile: another server sweeps too.
    const found = await stat(folder).catch(() => null);
    if (found && Date.now() - found.mtimeMs > maxAgeMs) await rm(folder, { recursive: true, force: true });
  }
};

/** SHA-256, shortened, over the names and bytes of all sources; tests and what was built are none. */
export const hashSources = async ({ root, others }: Pick<BuildPlan, "root" | "others">): Promise<string> => {
  const names = await sourceNames(root);
  const hash = createHash("sha256");
  for (const name of [...names.sort(), ...others]) {
    const content = await readFile(name);
    hash.update(`${name.startsWith(root) ? name.slice(root.length) : ""}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
};

/** What is built, the caches of tools, and pictures for readers. */
const notSources: ReadonlySet<string> = new Set(["dist", "node_modules", "screenshots"]);

const sourceNames = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const sources = entries.filter(({ name }) => !notSources.has(name) && !name.endsWith(".test.ts"));
  const nested = sources.map((entry) => {
    const name = join(folder, entry.name);
    return entry.isDirectory() ? sourceNames(name) : [name];
  });
  return (await Promise.all(nested)).flat();
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** In a process of its own: Vite would leave 200 MB and a changed NODE_ENV behind in the server's. */
const bundle = async (outDir: string): Promise<void> => {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), outDir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, complaint, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (exitCode !== 0) throw new Error(`the dashboard could not be built.\n${output}${complaint}`);
};

const buildInto = async (outDir: string): Promise<void> => {
  const [{ build }, { default: config }] = await Promise.all([import("vite"), import("./vite.config.ts")]);
  await build({
    ...config,
    configFile: false,
    logLevel: "warn",
    build: { ...config.build, outDir, emptyOutDir: true },
  });
};

// Without a folder it does what a start would do, so that a server can be started where nothing may be written.
if (process.argv[1] === fileURLToPath(import.meta.url))
  await (process.argv[2] === undefined ? buildDashboard() : buildInto(process.argv[2]));
