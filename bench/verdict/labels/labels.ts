import type { Label } from "./label.ts";

/** The truth about every scenario. Committed before the run that is judged by it. */
export const labels: readonly Label[] = [];
