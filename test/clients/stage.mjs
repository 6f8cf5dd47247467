/** Where the order services in JavaScript play their scenarios: words in, ready lines out, a quick end. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";

/** What is leaked stays referred to, as in the other languages. */
export const leaked = [];

/**
 * Plays what the command line asks for. `scenarios`: name to function of a scene that returns leaked pids. They connect
 * as PGHOST, PGPORT, PGUSER and PGDATABASE say.
 */
export async function play(client, scenarios) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { count: { type: "string", default: "5" }, "every-ms": { type: "string", default: "100" } },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(scenarios, name));
  if (positionals.length === 0 || unknown.length > 0) {
    throw new Error(`no scenario: ${unknown.join(" ")}; there are ${Object.keys(scenarios).join(" ")}`);
  }
  if (process.env.ON_CUE) await cue();
  endWithStdin();
  for (const scenario of positionals) {
    const applicationName = `orders-${client}-${scenario}`;
    const scene = { applicationName, count: Number(values.count), everyMs: Number(values["every-ms"]) };
    const pids = (await scenarios[scenario](scene)) ?? [];
    tellReady({ ready: true, scenario, application_name: applicationName, pids });
  }
}

/** Does a step again and again beside the scenarios. If it fails, the program ends. */
export function goOn(pauseMs, step) {
  const work = async () => {
    for (;;) {
      await step();
      await setTimeout(pauseMs);
    }
  };
  work().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
}

/** Whoever starts many programs has them load first, and gives all of them a line when the play begins. */
async function cue() {
  process.stdout.write(`${JSON.stringify({ waiting: true })}\n`);
  await once(process.stdin, "data");
}

function tellReady(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** At once, and without letting a driver close or roll back anything: SIGTERM does the same by itself. */
function endWithStdin() {
  process.stdin.on("end", () => process.exit(0)).resume();
}
