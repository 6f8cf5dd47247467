/** What the password thread is asked: whether a password has this hash. */
export type PasswordQuestion = {
  readonly password: string;
  readonly hash: string;
  /** Costs of further hashes to compute when it has not, so that all wrong passwords take the same time. */
  readonly padding: readonly number[];
};

/** Answers one question at a time. Rejects when no answer can be had. */
export type ComparePassword = (question: PasswordQuestion) => Promise<boolean>;
