import * as z from "zod";

import { parseAllowedHost } from "./allowed-hosts.ts";

/** Absolute, and as in Prometheus with a `*` in the last step only. */
export const serversFilePattern = /^\/(?:[^*\p{C}]*\/)?[^/\p{C}]{0,255}\.(?:json|yml|yaml|JSON|YML|YAML)$/u;

/** What one is called in messages. */
export const SERVERS_FILE =
  "the absolute path of a .json, .yml or .yaml file, with * in its last step at most";

export const MOST_PATTERNS = 100;

const described = z.string({ error: SERVERS_FILE }).meta({
  pattern: serversFilePattern.source,
  examples: ["/etc/pgleash/servers/*.yml"],
});

/** A schema for the paths of files that name servers, one or a list. Whether each is one is told by a rule, at its own place. */
export const serversFileField = z
  .union([described, z.array(described)], { error: `${SERVERS_FILE}; or a list of them` })
  .meta({
    description:
      "Files that name further servers, in the format of Prometheus' file_sd: lists of targets and labels. They are watched.",
  });

const ALLOWED_HOST =
  "a host name, *.domain, an address, a network such as 10.0.0.0/8, or the folder of a socket";

/** A schema for the hosts to which the files may send pgleash. */
export const allowedHostsField = z
  .array(
    z
      .string({ error: ALLOWED_HOST })
      .refine((text) => parseAllowedHost(text) !== undefined, { error: ALLOWED_HOST }),
    { error: "a list of hosts" },
  )
  .min(1, { error: "at least one host" })
  .meta({
    description: "The hosts that targets of servers_file may name; any host without it.",
    examples: [["*.db.example", "10.0.0.0/8"]],
  });
