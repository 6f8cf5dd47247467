import { z } from "zod";
import { unattributed, type Attributions } from "../classify/attribution/remember.ts";
import { backendKey } from "../classify/backend-key.ts";
import { escapedJson } from "../printable.ts";
import { lookSchema } from "./look-schema.ts";
import { recordVersion, type RecordedLook } from "./recorded-look.ts";
import { recordedStatement } from "./recorded-statement.ts";

/** What a line turned out to be. */
export type ReadLine =
  | { readonly type: "look"; readonly look: RecordedLook }
  | { readonly type: "unreadable" }
  | { readonly type: "newer"; readonly version: number };

/**
 * One look as a line, harmless on a terminal, and without any literal of a statement. The attributions are those that
 * the look was judged with.
 */
export function lookLine(recorded: RecordedLook, attributions: Attributions): string {
  const { look, ...rest } = recorded;
  const candidates = look.snapshot.candidates.map((backend) => {
    const attribution = attributions.get(backendKey(backend.id)) ?? unattributed;
    return { ...backend, statement: recordedStatement(backend, attribution) };
  });
  const kept = { ...look, snapshot: { ...look.snapshot, candidates } };
  return `${escapedJson({ v: recordVersion, ...rest, look: kept })}\n`;
}

/** Reads one line. Whatever is torn, damaged or not ours is `unreadable`. Never throws. */
export function readLookLine(line: string): ReadLine {
  const value = parsedJson(line);
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) return { type: "unreadable" };
  const { v: version } = envelope.data;
  if (version > recordVersion) return { type: "newer", version };
  const read = lookSchema.safeParse(value);
  return read.success ? { type: "look", look: read.data } : { type: "unreadable" };
}

const envelopeSchema = z.object({ v: z.int().positive() });

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
