/** Where the documentation is. The page links to it and loads nothing from there. */
const repository = "https://github.com/pgleash/pgleash/blob/main";

/** The address of a file of the documentation: `docs/harm.md`. */
export function docsUrl(path: string): string {
  return `${repository}/${path}`;
}
