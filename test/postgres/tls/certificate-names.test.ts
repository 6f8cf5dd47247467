import { describe, expect, test } from "vitest";

import { describeNames, isNamedFor } from "../../../src/postgres/tls/certificate-names.ts";

function named(subjectaltname: string | undefined, commonName?: string | string[]) {
  return { subject: commonName === undefined ? {} : { CN: commonName }, subjectaltname };
}

describe("a certificate is for a host", () => {
  test.for([
    ["db.example", named("DNS:db.example")],
    ["DB.example", named("DNS:db.EXAMPLE")],
    ["db.example", named("DNS:other.example, DNS:db.example")],
    ["db.example", named("DNS:*.example")],
    ["db.example", named(undefined, "db.example")],
    ["db.example", named(undefined, ["db.example", "other.example"])],
    ["db.example", named(undefined, "*.example")],
    // Only a name of the host's own kind keeps the common name from counting.
    ["db.example", named("IP Address:127.0.0.1", "db.example")],
    ["127.0.0.1", named("DNS:db.example", "127.0.0.1")],
    ["127.0.0.1", named("IP Address:127.0.0.1")],
    ["127.0.0.1", named("DNS:127.0.0.1")],
    ["2001:db8::1", named("IP Address:2001:DB8:0:0:0:0:0:1")],
    ["::1", named("IP Address:0:0:0:0:0:0:0:1")],
  ] as const)("%s: %o", ([host, certificate]) => {
    expect(isNamedFor(host, certificate)).toBe(true);
  });
});

describe("a certificate is not for a host", () => {
  test.for([
    ["db.example", named("DNS:other.example")],
    ["db.example", named("DNS:other.example", "db.example")],
    ["127.0.0.1", named("IP Address:127.0.0.2", "127.0.0.1")],
    ["a.db.example", named("DNS:*.example")],
    ["example", named("DNS:*.example")],
    [".example", named("DNS:*.example")],
    ["db.example", named("DNS:d*.example")],
    ["db.example", named("DNS:*")],
    ["db.example", named("DNS:*.")],
    ["db.example", named("DNS:db.example.evil")],
    ["db.example", named(undefined, ["other.example", "db.example"])],
    ["127.0.0.1", named("IP Address:2001:DB8:0:0:0:0:0:1")],
    ["fe80::1%eth0", named("IP Address:FE80:0:0:0:0:0:0:1")],
    ["db.example", named(undefined)],
    ["db.example", named("URI:db.example, email:db.example")],
    // How Node shows a name with a comma in it: it must not be taken for two.
    ["db.example", named('DNS:"x, DNS:db.example"')],
    ["db.example", named('DNS:"x, DNS:db.example, DNS:y"')],
    ["db.example", named('DNS:"x\\", DNS:db.example"')],
  ] as const)("%s: %o", ([host, certificate]) => {
    expect(isNamedFor(host, certificate)).toBe(false);
  });
});

test("its names are told, a few of them", () => {
  expect(describeNames(named("DNS:a, IP Address:127.0.0.1", "c"))).toBe("a, 127.0.0.1");
  expect(describeNames(named(undefined, "c"))).toBe("c");
  expect(describeNames(named(undefined))).toBe("nobody");
  const many = Array.from({ length: 7 }, (_, index) => `DNS:h${index}`).join(", ");
  expect(describeNames(named(many))).toBe("h0, h1, h2, h3, h4 and others");
});
