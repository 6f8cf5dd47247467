import { printable } from "../../printable.ts";
import { shortened } from "../shortened.ts";

/** Markup in which every text is escaped. Only `html` makes it. */
export type Html = { readonly markup: string };

type Content = string | number | Html | readonly Html[];

/** The most characters of a name that the page shows. PostgreSQL's own are shorter, those of servers and routes need not be. */
const LONGEST_NAME = 64;

/** Markup from a template: whatever stands in it as a text is shown as that text. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const markup = parts.map((part, index) => part + markupOf(contents[index] ?? ""));
  return { markup: markup.join("") };
}

/** Nothing at all. */
export const nothing: Html = { markup: "" };

/** A text that others chose, bounded: by default as a name is. */
export function bounded(text: string, mostCharacters = LONGEST_NAME): Html {
  return html`${shortened(printable(text), mostCharacters)}`;
}

function markupOf(content: Content): string {
  if (typeof content === "number") return String(content);
  if (typeof content === "string") return escaped(content);
  return "markup" in content ? content.markup : content.map(({ markup }) => markup).join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
