import { cpus, release, totalmem } from "node:os";

/** What runs compare by: the processor, the memory, the system and the Node.js; a phrase each. */
export function describeComputer(): readonly string[] {
  const [cpu] = cpus();
  return [
    `${cpus().length} × ${cpu?.model ?? "unknown CPU"}`,
    `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    `Linux ${release()}`,
    `Node.js ${process.versions.node}`,
  ];
}
