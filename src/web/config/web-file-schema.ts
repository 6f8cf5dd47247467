import * as z from "zod";

import { mapping } from "../../config/mapping.ts";
import { cipherSuites } from "./cipher-suites.ts";
import { clientAuthTypes } from "./web-config.ts";
import {
  goDurationField,
  headerField,
  oneOfField,
  switchField,
  textField,
  usersField,
} from "./web-file-fields.ts";

// Every message here is only what was expected: what came instead is added where the messages are made.

export const tlsVersions = ["TLS10", "TLS11", "TLS12", "TLS13"] as const;

const curves = ["CurveP256", "CurveP384", "CurveP521", "X25519"] as const;

const version = oneOfField(tlsVersions, `one of ${tlsVersions.join(", ")}`);

/** `RequireClientCert` is an old name; an empty text is as good as none. */
const clientAuthType = oneOfField(
  [...clientAuthTypes, "RequireClientCert", ""],
  `one of ${clientAuthTypes.join(", ")}`,
);

const cipherSuite = oneOfField(
  [...cipherSuites.keys()],
  "a cipher suite that Go lists as secure, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
);

function listOf<Item>(item: z.ZodType<Item>, of: string): z.ZodType<readonly Item[] | null | undefined> {
  return z.array(item, { error: `a list of ${of}` }).nullish();
}

const tlsServerConfig = mapping({
  cert: textField.optional(),
  cert_file: textField.optional(),
  key: textField.optional(),
  key_file: textField.optional(),
  client_ca: textField.optional(),
  client_ca_file: textField.optional(),
  client_auth_type: clientAuthType.nullish(),
  client_allowed_sans: listOf(textField, "names"),
  min_version: version.nullish(),
  max_version: version.nullish(),
  cipher_suites: listOf(cipherSuite, "cipher suites"),
  curve_preferences: listOf(oneOfField(curves, `one of ${curves.join(", ")}`), "curves"),
  prefer_server_cipher_suites: switchField.nullish(),
});

const headers = mapping({
  "Strict-Transport-Security": headerField.optional(),
  "X-Content-Type-Options": oneOfField(["nosniff"], "nosniff").optional(),
  "X-Frame-Options": oneOfField(["deny", "sameorigin"], "deny or sameorigin").optional(),
  "X-XSS-Protection": headerField.optional(),
  "Content-Security-Policy": headerField.optional(),
});

const httpServerConfig = mapping({ http2: switchField.nullish(), headers: headers.nullish() });

const BURST = "a whole number from 0 to 1000000";

const rateLimit = mapping({
  interval: goDurationField.optional(),
  burst: z.int({ error: BURST }).min(0, { error: BURST }).max(1_000_000, { error: BURST }).nullish(),
});

/** A web configuration file, as exporter-toolkit defines it. */
export const webFileSchema = mapping({
  tls_server_config: tlsServerConfig.nullish(),
  http_server_config: httpServerConfig.nullish(),
  basic_auth_users: usersField.nullish(),
  rate_limit: rateLimit.nullish(),
});

/** The file as read: what is absent or empty is `null` or `undefined`, files are not read yet. */
export type WebFile = z.output<typeof webFileSchema>;

export type TlsSection = NonNullable<WebFile["tls_server_config"]>;
