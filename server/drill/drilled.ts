// A drill as its tests run it: what it wrote, and how it ended.
import { fileURLToPath } from "node:url";
import { runDrill } from "./drill.ts";

export const projectDir = fileURLToPath(new URL("../..", import.meta.url));

export const drill = async (args: string, project = projectDir) => {
  let text = "";
  const output = { write: (more: string) => (text += more) };
  const exitCode = await runDrill({ args: args.split(" "), output, projectDir: project });
  return { exitCode, text };
};
