// The parent's side of the load generators and peers: each is a process of its own, with a Node of its own.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export interface Child {
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly pid: number;
  /** One question at a time. @throws Error where it cannot answer, or ends. */
  ask(question: object): Promise<unknown>;
  stop(): Promise<void>;
}

const message = z.object({
  ready: z.record(z.string(), z.unknown()).optional(),
  answer: z.unknown().optional(),
  error: z.string().optional(),
});

/** Starts a program of this folder and waits until it is ready. */
export const startChild = async (program: string, ...args: readonly string[]): Promise<Child> => {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, {
    // What a peer's documentation asks for; some of them are slower without.
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const { ready } = await nextMessage(child, program);
  if (ready === undefined || child.pid === undefined) throw new Error(`${program} did not become ready.`);
  return {
    ready,
    pid: child.pid,
    ask: async (question) => {
      const answered = nextMessage(child, program);
      child.send(question);
      const { answer, error } = await answered;
      if (error !== undefined) throw new Error(`${program}: ${error}`);
      return answer;
    },
    stop: () => endProcess(child, "SIGKILL"),
  };
};

const nextMessage = (child: ChildProcess, program: string) =>
  new Promise<z.infer<typeof message>>((resolve, reject) => {
    const onExit = (): void => reject(new Error(`${program} ended.`));
    child.once("exit", onExit);
    child.once("message", (received) => {
      child.off("exit", onExit);
      resolve(message.parse(received));
    });
  });

export const endProcess = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
};

/** For a process that has no channel to the benchmark that would end it with it. */
export const killAtExit = (child: ChildProcess): void => {
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
};
