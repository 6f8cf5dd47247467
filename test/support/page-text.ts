import { renderPage, writeFamilies, type OwnProcess } from "../../src/expose/page.ts";
import type { Family } from "../../src/expose/family.ts";
import type { View } from "../../src/expose/view.ts";

/** The page as text. */
export async function pageText(view: View, ownProcess: OwnProcess): Promise<string> {
  return String(await renderPage(view, ownProcess));
}

/** What these metrics say, as text. */
export async function familiesText(families: readonly Family[], view: View): Promise<string> {
  const texts: string[] = [];
  await writeFamilies(families, view, { write: (text) => void texts.push(text) });
  return texts.join("");
}
