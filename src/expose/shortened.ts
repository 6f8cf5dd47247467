import { withFewMarks } from "./display-width.ts";

/**
 * A text of at most so many characters, with few marks on each; what is cut ends with `…`. By code points: half of a
 * surrogate pair is none.
 */
export function shortened(text: string, most: number): string {
  const characters = Array.from(withFewMarks(text));
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : characters.join("");
}
