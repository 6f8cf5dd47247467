import type { Label } from "./label.ts";
import { ambiguousLeaks, longLeaks } from "./long-leaks.ts";
import { ambiguousWork, longWork } from "./long-work.ts";
import { healthyOrderServices, orderServiceLeaks } from "./order-services.ts";

/** The truth about every scenario. Committed before the run that is judged by it. */
export const labels: readonly Label[] = [
  ...orderServiceLeaks,
  ...longLeaks,
  ...healthyOrderServices,
  ...longWork,
  ...ambiguousLeaks,
  ...ambiguousWork,
];
