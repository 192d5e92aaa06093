import { afterEach } from "vitest";
import { temporaryFile } from "../../test/temporary.ts";
import { describeActs } from "../acts.contract.ts";
import { describeHistory } from "../history.contract.ts";
import { describeLeases } from "../leases.contract.ts";
import { describeQuestions } from "../questions.contract.ts";
import { describeRetention } from "../retention.contract.ts";
import { describeStorage } from "../storage.contract.ts";
import { describeTokens } from "../tokens.contract.ts";
import { describeWebhooks } from "../webhooks.contract.ts";
import { createSqliteStorage } from "./storage.ts";

let file = temporaryFile("surecount.db");
afterEach(() => {
  file = temporaryFile("surecount.db");
});

for (const describeCases of [
  describeStorage,
  describeActs,
  describeQuestions,
  describeLeases,
  describeRetention,
  describeTokens,
  describeWebhooks,
  describeHistory,
])
  describeCases("SQLite", (now) => createSqliteStorage({ file, now }));
