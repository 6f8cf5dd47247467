import { writeFile } from "node:fs/promises";

/** Writes a report in place of the file that is there, if one is. Why that failed, or `null`. */
export async function writeReport(path: string, text: string): Promise<string | null> {
  try {
    await writeFile(path, text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
