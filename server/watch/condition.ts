// Something that works or does not, said once for each change and not for each attempt.

interface ConditionDeps {
  /** What it is taken for at the beginning. */
  readonly isGood: boolean;
  readonly onSuccess: () => void;
  /** Called for another reason again. */
  readonly onFailure: (reason: string) => void;
}

interface Condition {
  readonly isGood: boolean;
  succeed(): void;
  fail(reason: string): void;
}

export const createCondition = ({ isGood, onSuccess, onFailure }: ConditionDeps): Condition => {
  let fault: string | null = isGood ? null : "";
  return {
    get isGood() {
      return fault === null;
    },
    succeed: () => {
      if (fault === null) return;
      fault = null;
      onSuccess();
    },
    fail: (reason) => {
      if (fault === reason) return;
      fault = reason;
      onFailure(reason);
    },
  };
};
