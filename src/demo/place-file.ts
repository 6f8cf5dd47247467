import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a file into the temporary folder of a server, which it goes with. Returns its path. */
export async function placeFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
