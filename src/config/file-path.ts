/** The absolute path of a file: a relative one would be another file for each process that reads it. */
export const filePathPattern = /^\/[^\p{C}]{0,4000}[^\p{C}/]$/u;

/** What it is called in messages. */
export const FILE_PATH = "the absolute path of a file";
