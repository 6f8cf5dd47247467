import type { Runtime } from "./runtime.ts";

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Resolves at the first SIGINT or SIGTERM, or after `seconds`. From then on a second signal ends the process at once:
 * whoever sends it does not want to wait for a stalled server.
 */
export function untilStopped(runtime: Runtime, seconds?: number): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
    function stop(): void {
      isStopping = true;
      clearTimeout(timer);
      resolve();
    }
    runtime.onSignal("SIGINT", () => (isStopping ? runtime.exit(signals.SIGINT) : stop()));
    runtime.onSignal("SIGTERM", () => (isStopping ? runtime.exit(signals.SIGTERM) : stop()));
  });
}
