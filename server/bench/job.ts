// The child's side of a process that the benchmark starts: it says when it is ready, and answers what it is asked.

/** Tells the parent that it may begin, and answers each of its questions. The process ends with its parent. */
export const serveParent = <Question, Answer>(
  ready: object,
  answer: (question: Question) => Promise<Answer> | Answer,
): void => {
  process.once("disconnect", () => process.exit(0));
  process.on("message", async (question: Question) => {
    try {
      process.send?.({ answer: await answer(question) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.send?.({ ready });
};
