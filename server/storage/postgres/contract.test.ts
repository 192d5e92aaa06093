import { beforeEach, describe } from "vitest";
import { createDatabase, hasPostgres } from "../../test/postgres.ts";
import { describeActs } from "../acts.contract.ts";
import { describeHistory } from "../history.contract.ts";
import { describeQuestions } from "../questions.contract.ts";
import { describeRetention } from "../retention.contract.ts";
import { describeStorage } from "../storage.contract.ts";
import { describeTokens } from "../tokens.contract.ts";
import { describeWebhooks } from "../webhooks.contract.ts";
import { createPostgresStorage } from "./storage.ts";

describe.runIf(hasPostgres)("with PostgreSQL", () => {
  let url: string;
  beforeEach(async () => {
    url = await createDatabase();
  });

  for (const describeCases of [
    ...[describeStorage, describeActs, describeQuestions, describeRetention, describeTokens, describeWebhooks],
    describeHistory,
  ])
    describeCases("PostgreSQL", (now) => createPostgresStorage({ url, connections: 8, partitionLength: "month", now }));
});
