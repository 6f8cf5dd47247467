const startedMs = performance.now();

/** Tells on standard error how far the run has come: the table alone goes to standard output. */
export function tell(text: string): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`);
}
