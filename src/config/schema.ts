import * as z from "zod";

import { commentLabelsField } from "./comment-labels-field.ts";
import { cronField } from "./cron-field.ts";
import { detectorsField } from "./detectors-field.ts";
import { durationField } from "./duration-field.ts";
import { expectedField, markersField } from "./expected-field.ts";
import { fileField } from "./file-field.ts";
import { mapping } from "./mapping.ts";
import { matcherField } from "./matcher-field.ts";
import { suspectLabels } from "./matcher-labels.ts";
import { nameField } from "./name-field.ts";
import { policyField } from "./policy-field.ts";
import { poolsField } from "./pools-field.ts";
import { allowedHostsField, serversFileField } from "./servers-file-field.ts";
import { templateUrlField, urlField } from "./url-field.ts";

// Every message here is only what was expected: `explain-issue.ts` adds what came instead, and what to do.

// A JavaScript timer holds 24 days and fires at once beyond them: both timers of a look are bounded well below.
const every = durationField({
  expected: "a duration of whole seconds from 1s to 1d",
  fromSeconds: 1,
  toSeconds: 86_400,
  precision: "seconds",
  description: "Time between two looks, in whole seconds. Not together with cron. 10s when neither is given.",
  examples: ["10s", "1m"],
});

const lookTimeout = durationField({
  expected: "a duration from 100ms to 1h",
  fromSeconds: 0.1,
  toSeconds: 3600,
  precision: "milliseconds",
  description: "Deadline of one look on our side, at most every. 5s, or every where that is shorter.",
  examples: ["5s", "800ms"],
});

const quickEvery = durationField({
  expected: "a duration of whole seconds from 1s to 1h, or 0s for none",
  fromSeconds: 0,
  toSeconds: 3600,
  precision: "seconds",
  description:
    "Time between two quick looks, in whole seconds and shorter than every: they call for a look as soon as a transaction is old enough to be a suspect. None when it is not given, or 0s.",
  examples: ["1s", "2s"],
});

const override = mapping({
  match: z
    .array(matcherField(suspectLabels), { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because an override must name whom it is for" })
    .meta({ description: "Whom it is for: all matchers must match." }),
  detectors: detectorsField,
});

const overrides = z.array(override, { error: "a list of overrides" }).meta({
  description: "Other thresholds for some sessions. The first that matches and names the kind decides.",
});

/** What may stand at the top, for every server, and at a server, for itself. */
const watching = {
  every: every.optional(),
  cron: cronField.optional(),
  look_timeout: lookTimeout.optional(),
  quick_every: quickEvery.optional(),
  detectors: detectorsField.optional(),
  overrides: overrides.optional(),
  expected: expectedField.optional(),
  expect_markers: markersField.optional(),
  pools: poolsField.optional(),
};

/** For editors only: `rules.ts` says it to people, with the place. */
const oneSchedule = { not: { required: ["every", "cron"] } };

const secrets = {
  password_file: fileField(
    "A file that holds the password and nothing else, read anew at each connect.",
    "/run/secrets/pgleash-password",
  ),
  sslpassword_file: fileField(
    "A file that holds what decrypts the key of the client certificate, read anew at each connect.",
    "/run/secrets/pgleash-sslpassword",
  ),
};

const server = mapping({
  name: nameField("The label `server` of its metrics. Unique.", "main"),
  url: urlField.optional(),
  url_file: fileField(
    "A file that holds the connection string, in place of url. Its passwords are read anew at each connect.",
    "/run/secrets/pgleash-url",
  ),
  ...secrets,
  ...watching,
}).meta({ ...oneSchedule, oneOf: [{ required: ["url"] }, { required: ["url_file"] }] });

const serversTemplate = mapping({ url: templateUrlField.optional(), ...secrets, ...watching }).meta({
  description: "What holds for every server of servers_file.",
  ...oneSchedule,
});

const LABEL_BUDGET = "a whole number from 1 to 1000";

/** The YAML file: what may stand in it, what each key means, and what holds where it is absent. */
export const configSchema = mapping({
  ...watching,
  label_budget: z
    .int({ error: LABEL_BUDGET })
    .min(1, { error: LABEL_BUDGET })
    .max(1000, { error: LABEL_BUDGET })
    .meta({ description: "Label sets per server and metric family; what is beyond it is folded into one." })
    .default(200),
  comment_labels: commentLabelsField.default([]),
  policy: policyField.prefault({}),
  servers: z
    .array(server, { error: "a list of servers" })
    .min(1, { error: "at least one server" })
    .meta({
      description:
        "The servers to watch. Without it, what DATABASE_URL, DATA_SOURCE_NAME or the PG* variables name.",
    })
    .optional(),
  servers_file: serversFileField.optional(),
  servers_template: serversTemplate.optional(),
  allowed_hosts: allowedHostsField.optional(),
}).meta({ title: "Configuration of pgleash", ...oneSchedule });

/** The file as read: durations in seconds, matchers compiled, connection strings taken apart. */
export type FileConfig = z.output<typeof configSchema>;
