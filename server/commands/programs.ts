// demo, drill, fuzz and bench: programs that are run against a server, or start servers of their own. Each reads its own
// options, and none is loaded by a server.
import type { Command } from "../cli.ts";

type Program = Extract<Command, { readonly options: { readonly args: readonly string[] } }>;

export const runProgram = async ({ name, options: { args } }: Program): Promise<void> => {
  process.exitCode = await exitCodeOf(name, args);
};

const exitCodeOf = async (name: Program["name"], args: readonly string[]): Promise<0 | 1 | 2> => {
  const output = process.stdout;
  switch (name) {
    case "demo":
      return (await import("../demo/demo.ts")).runDemo({ args, environment: process.env, output });
    case "drill":
      return drill(args);
    case "fuzz":
      return (await import("../fuzz/fuzz.ts")).fuzz(args);
    case "bench":
      return (await import("../bench/bench.ts")).bench(args);
    default:
      return name satisfies never;
  }
};

const drill = async (args: readonly string[]): Promise<0 | 1 | 2> => {
  // What is to be given back at the exit is so also where somebody has seen enough.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  return (await import("../drill/drill.ts")).runDrill({ args, output: process.stdout });
};
