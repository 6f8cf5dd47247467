/** A text of at most so many characters; what is cut ends with `…`. By code points: half of a surrogate pair is none. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}
