import { setTimeout } from "node:timers/promises";

/**
 * Polls until `probe` returns something other than `undefined` or `false`, and returns that. A probe that throws
 * (a failed `expect`) is asked again; after the deadline its last answer is in the error.
 */
export async function waitFor<T>(
  description: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineSeconds = 20,
): Promise<T> {
  const deadline = performance.now() + deadlineSeconds * 1000;
  for (;;) {
    const answer = await ask(probe);
    if ("value" in answer && answer.value !== undefined && answer.value !== false) {
      return answer.value;
    }
    if (performance.now() > deadline) {
      const last = "value" in answer ? `the last answer was ${String(answer.value)}` : String(answer.error);
      const cause = "error" in answer ? { cause: answer.error } : {};
      throw new Error(`waited ${deadlineSeconds} s in vain for ${description}: ${last}`, cause);
    }
    await setTimeout(25);
  }
}

type Answer<T> = { readonly value: T } | { readonly error: unknown };

async function ask<T>(probe: () => Promise<T> | T): Promise<Answer<T>> {
  try {
    return { value: await probe() };
  } catch (error) {
    return { error };
  }
}
