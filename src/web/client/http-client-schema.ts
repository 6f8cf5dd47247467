import * as z from "zod";

import { mapping } from "../../config/mapping.ts";
import { switchField, textField } from "../config/web-file-fields.ts";

// Every message here is only what was expected: what came instead is added where the messages are made.

const file = textField.pipe(z.string().min(1, { error: "a path" })).optional();

const basicAuth = mapping({ username: textField, password: textField.optional(), password_file: file });

const tlsConfig = mapping({
  ca_file: file,
  cert_file: file,
  key_file: file,
  server_name: textField.optional(),
  insecure_skip_verify: switchField.optional(),
});

/** What Prometheus' own programs read from `--http.config.file`, as far as it serves to ask a pgleash. */
export const httpClientSchema = mapping({ basic_auth: basicAuth.nullish(), tls_config: tlsConfig.nullish() });

/** The file as read: the files that it names are not read yet. */
export type HttpClientFile = z.output<typeof httpClientSchema>;
