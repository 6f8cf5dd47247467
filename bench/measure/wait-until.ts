import { setTimeout } from "node:timers/promises";

/** Asks until there is an answer. Throws when there is none within so many seconds. */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  { seconds, everyMs = 20 }: { readonly seconds: number; readonly everyMs?: number },
): Promise<Answer> {
  const endsMs = performance.now() + 1000 * seconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endsMs) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await setTimeout(everyMs);
  }
}
