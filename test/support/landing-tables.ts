const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** Markup without its tags, as a person reads it. */
export function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The table of the landing page whose caption begins so: its titles, then the texts of the cells of each row. */
export function tableOf(page: string, caption: string): readonly (readonly string[])[] {
  const tables = page.match(/<table.*?<\/table>/gs) ?? [];
  const table = tables.find((one) => textOf(one).startsWith(caption)) ?? "";
  const rows = table.match(/<tr.*?<\/tr>/gs) ?? [];
  return rows.map((row) => (row.match(/<(t[hd])\b.*?<\/\1>/gs) ?? []).map(textOf));
}

/** The section of the landing page under a heading, its text. */
export function sectionOf(page: string, heading: string): string {
  const sections = page.match(/<section>.*?<\/section>/gs) ?? [];
  return textOf(sections.find((one) => textOf(one).startsWith(heading)) ?? "");
}
