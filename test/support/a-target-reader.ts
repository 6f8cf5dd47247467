import { createTargetReader, type TargetReader } from "../../src/discover/target-reader.ts";

/** The compiled program of the thread that reads servers files. */
export const targetThread = new URL("../../build/discover/target-thread.js", import.meta.url);

/** What reads servers files in the program, for tests of parts of it. */
export const startReader = (): TargetReader => createTargetReader(targetThread);
