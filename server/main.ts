// The program: does what its command line says, and without one it serves. Each command is in server/commands, and loaded
// only when it is asked for. Read on at commands/serve.ts.
import { type Command, parseCommand } from "./cli.ts";
import { complaintOf, exitCodeOf } from "./commands/complaint.ts";

const run = async (command: Command): Promise<void> => {
  switch (command.name) {
    case "help":
      return console.log((await import("./commands/help.ts")).helpText(command.topic));
    case "version":
      return console.log((await import("./commands/version.ts")).versionText());
    case "serve":
      return (await import("./commands/serve.ts")).serve();
    case "consume":
      return (await import("./commands/serve.ts")).serve(command.options.from);
    case "import":
      return (await import("./commands/transfer.ts")).importFrom(command.options);
    case "export":
      return (await import("./commands/transfer.ts")).exportTo(command.options);
    case "copy":
      return (await import("./commands/copy.ts")).copy(command.options);
    case "backup":
      return (await import("./commands/backup.ts")).backup(command.options);
    case "restore":
      return (await import("./commands/backup.ts")).restore(command.options);
    case "verify":
      return (await import("./commands/verify.ts")).verify(command.options);
    case "checkpoint":
      return (await import("./commands/verify.ts")).checkpoint(command.options);
    case "rebuild-rollups":
      return (await import("./commands/tables.ts")).rebuild();
    case "migrate":
      return (await import("./commands/tables.ts")).migrate();
    case "token create":
    case "token list":
    case "token rotate":
    case "token revoke":
      return (await import("./commands/token.ts")).token(command);
    case "demo":
    case "drill":
    case "fuzz":
    case "bench":
      return (await import("./commands/programs.ts")).runProgram(command);
    default:
      command satisfies never;
  }
};

const what = (name: Command["name"] | null): string =>
  name === "serve" || name === "consume" ? "Surecount cannot start" : `${name ?? "This"} could not be done`;

let name: Command["name"] | null = null;
try {
  const command = parseCommand(process.argv.slice(2));
  name = command.name;
  await run(command);
} catch (error) {
  console.error(complaintOf(error, what(name)));
  // What is still open must not keep it.
  process.exit(exitCodeOf(error));
}
