// The child's side of a process that the benchmark starts: it says when it is ready, and answers what it is asked.

/** Tells the parent that it may begin, and answers each of its questions. The process ends with its parent. */
export const serveParent = <Question, Answer>(
  ready: object,
  answer: (question: Question) => Promise<Answer> | Answer,
): void => {
  process.once("disconnect", () => process.exit(0));
  process.on("message", async (question: Question) => {
    try {
      tellParent({ answer: await answer(question) });
    } catch (error) {
      tellParent({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  tellParent({ ready });
};

const tellParent = (message: object): void => {
  // A parent that has gone needs no answer.
  process.send?.(message, undefined, undefined, () => undefined);
};
