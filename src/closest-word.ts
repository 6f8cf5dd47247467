/** The candidate that was probably meant by a misspelt or cut off word, or `undefined` when none is near. */
export function closestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const [begun, ...others] = candidates.filter((candidate) => isCutOff(word.toLowerCase(), candidate));
  if (begun !== undefined && others.length === 0) return begun;
  let best: string | undefined;
  let shortest = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate);
    if (distance < shortest) [best, shortest] = [candidate, distance];
  }
  return best;
}

/** Two letters begin too many words. */
function isCutOff(word: string, candidate: string): boolean {
  return word.length >= 3 && candidate.startsWith(word);
}

/** Levenshtein's distance, one row of his table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replace = (row[column] ?? 0) + (from[index] === to[column] ? 0 : 1);
      next.push(Math.min(replace, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
