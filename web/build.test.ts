import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildOnce, hashSources } from "./build.ts";

let root: string;
let builds: number;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "surecount-web-"));
  builds = 0;
  await mkdir(join(root, "pages"));
  await writeFile(join(root, "main.tsx"), "main");
  await writeFile(join(root, "pages", "Overview.tsx"), "overview");
});
afterEach(() => rm(root, { recursive: true }));

const plan = () => ({
  root,
  others: [],
  dist: join(root, "dist"),
  bundle: async (outDir: string) => {
    builds += 1;
    await writeFile(join(outDir, "index.html"), `build ${builds}`);
  },
});

test("an unchanged dashboard is not built again", async () => {
  const first = await buildOnce(plan());
  expect(await buildOnce(plan())).toBe(first);
  expect(builds).toBe(1);
});

test("a change in any folder, a new file and another lockfile build again; a test does not", async () => {
  const before = await hashSources(plan());
  await writeFile(join(root, "pages", "Overview.test.ts"), "test");
  expect(await hashSources(plan())).toBe(before);
  await writeFile(join(root, "pages", "Overview.tsx"), "changed");
  const changed = await hashSources(plan());
  await writeFile(join(root, "pages", "Live.tsx"), "");
  const added = await hashSources(plan());
  const lockfile = join(root, "dist-lock.json");
  await writeFile(lockfile, "{}");
  const locked = await hashSources({ root, others: [lockfile] });
  expect(new Set([before, changed, added, locked]).size).toBe(4);
});

test("two servers that start at once share one complete build", async () => {
  const [one, other] = await Promise.all([buildOnce(plan()), buildOnce(plan())]);
  expect(one).toBe(other);
  expect(await readFile(join(one, "index.html"), "utf8")).toMatch(/^build \d$/);
  expect(await readdir(join(root, "dist"))).toHaveLength(1);
});

test("a build that fails leaves nothing behind", async () => {
  const failing = { ...plan(), bundle: () => Promise.reject(new Error("broken source")) };
  await expect(buildOnce(failing)).rejects.toThrow("broken source");
  expect(await readdir(join(root, "dist"))).toEqual([]);
});
