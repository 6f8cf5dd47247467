import { availableMemory } from "../measure/process-use.ts";

/** A backend takes some 1.7 MB, and its client little; the rest is left to everybody else. */
const BYTES_PER_SESSION = 2.2 * 1024 ** 2;
const BYTES_LEFT = 1024 ** 3;

/** Which of these numbers of sessions the memory that is available now has room for. */
export async function fittingMemory(sessions: readonly number[]): Promise<readonly number[]> {
  const room = (await availableMemory()) - BYTES_LEFT;
  return sessions.filter((count) => count * BYTES_PER_SESSION <= room);
}
