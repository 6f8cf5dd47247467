import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { sslModes } from "../../../src/postgres/settings.ts";
import { createAuthority, type Authority, type Certificate } from "../../support/certificates.ts";
import { freePort } from "../../support/free-port.ts";
import { waitFor } from "../../support/wait-for.ts";
import { createSocketOpener, echo, type SocketWishes } from "../socket-opener.ts";

let authority: Authority;
let stranger: Authority;
let certificate: Certificate;
const opener = createSocketOpener();
const { start } = opener;

beforeAll(async () => {
  authority = await createAuthority();
  stranger = await createAuthority();
  certificate = await authority.sign("DNS:localhost,IP:127.0.0.1");
});

afterAll(async () => {
  await authority.remove();
  await stranger.remove();
});

afterEach(() => opener.close());

/** Trusts our own authority where one is to be checked. */
function connectTo(wishes: SocketWishes, signal?: AbortSignal): Promise<Socket> {
  const isChecked = wishes.sslMode?.startsWith("verify") ?? false;
  const rootCertificate = isChecked ? authority.rootCert : undefined;
  return opener.open({ ...wishes, tls: { rootCertificate, ...wishes.tls } }, signal);
}

const sslRequest = "0000000804d2162f";

describe("without TLS", () => {
  test("disable does not even ask", async () => {
    const server = await start({});
    const socket = await connectTo({ port: server.port, sslMode: "disable" });
    socket.write("startup");
    await waitFor("the first bytes", () => server.requests.length === 1);
    expect(server.requests).toEqual([Buffer.from("startup").toString("hex")]);
  });

  test("prefer asks, and goes on in plain text when the server has none", async () => {
    const server = await start({ answer: "N" });
    const socket = await connectTo({ port: server.port, sslMode: "prefer" });
    expect(socket).not.toBeInstanceOf(TLSSocket);
    expect(await echo(socket, "startup")).toBe("startup");
    expect(server.requests).toEqual([sslRequest]);
  });

  test.for(sslModes.filter((mode) => mode !== "disable" && mode !== "prefer"))(
    "%s refuses a server that has none, says so, and hangs up",
    async (sslMode) => {
      const server = await start({ answer: "N" });
      const failure = connectTo({ port: server.port, sslMode });
      // With allow the server had refused to do without.
      const but =
        sslMode === "allow"
          ? /^the server does not support TLS$/
          : `, but sslmode is ${sslMode}: turn on ssl`;
      await expect(failure).rejects.toThrow(but);
      await expect(failure).rejects.toMatchObject({ reason: "connect", end: "tls_failed" });
      await waitFor("the connection to be gone", () => server.open() === 0);
    },
  );
});

describe("with TLS", () => {
  test.for(["prefer", "require"] as const)(
    "%s encrypts, whoever signed and for whatever host",
    async (sslMode) => {
      const server = await start({ answer: "S", certificate: await stranger.sign("DNS:elsewhere.example") });
      const socket = await connectTo({ port: server.port, sslMode });
      expect(socket).toBeInstanceOf(TLSSocket);
      expect(await echo(socket, "startup")).toBe("startup");
    },
  );

  test("verify-ca trusts the authority's servers, for whatever host", async () => {
    const server = await start({ answer: "S", certificate: await authority.sign("DNS:elsewhere.example") });
    expect(await echo(await connectTo({ port: server.port, sslMode: "verify-ca" }), "hello")).toBe("hello");
  });

  test.for(["verify-ca", "verify-full"] as const)(
    "%s refuses what a stranger signed, and hangs up",
    async (sslMode) => {
      const server = await start({
        answer: "S",
        certificate: await stranger.sign("DNS:localhost,IP:127.0.0.1"),
      });
      const failure = connectTo({ port: server.port, sslMode });
      await expect(failure).rejects.toThrow(
        `the server's certificate is signed by an authority that ${authority.rootCert} does not contain`,
      );
      await expect(failure).rejects.toMatchObject({ reason: "connect", end: "tls_failed" });
      await waitFor("the connection to be gone", () => server.open() === 0);
    },
  );

  test.for([
    { host: "localhost", names: "DNS:localhost" },
    { host: "127.0.0.1", names: "IP:127.0.0.1" },
  ])("verify-full trusts $host with a certificate for $names", async ({ host, names }) => {
    const server = await start({ answer: "S", certificate: await authority.sign(names) });
    expect(await echo(await connectTo({ host, port: server.port, sslMode: "verify-full" }), "hello")).toBe(
      "hello",
    );
  });

  test.for([
    { host: "localhost", names: "DNS:elsewhere.example", told: "elsewhere.example" },
    { host: "localhost", names: "IP:127.0.0.1", told: "127.0.0.1" },
    { host: "127.0.0.1", names: "DNS:localhost", told: "localhost" },
    { host: "127.0.0.1", names: "IP:127.0.0.2", told: "127.0.0.2" },
  ])(
    "verify-full refuses $host with a certificate for $names, and hangs up",
    async ({ host, names, told }) => {
      const server = await start({ answer: "S", certificate: await authority.sign(names) });
      const socket = connectTo({ host, port: server.port, sslMode: "verify-full" });
      await expect(socket).rejects.toThrow(`the server's certificate is for ${told}, not for ${host}`);
      await waitFor("the connection to be gone", () => server.open() === 0);
    },
  );

  test("the name is checked, and not the address that leads to it", async () => {
    const server = await start({ answer: "S", certificate: await authority.sign("DNS:db.example") });
    const way = { hostAddress: "127.0.0.1", port: server.port, sslMode: "verify-full" } as const;
    expect(await echo(await connectTo({ host: "db.example", ...way }), "hello")).toBe("hello");
    await expect(connectTo({ host: "127.0.0.1", ...way })).rejects.toThrow("not for 127.0.0.1");
  });

  test.for(["prefer", "require"] as const)(
    "%s checks the authority where a root certificate is given",
    async (sslMode) => {
      const server = await start({ answer: "S", certificate: await stranger.sign("DNS:localhost") });
      const way = { port: server.port, sslMode };
      await expect(connectTo({ ...way, tls: { rootCertificate: authority.rootCert } })).rejects.toMatchObject(
        {
          end: "tls_failed",
        },
      );
      expect(
        await echo(await connectTo({ ...way, tls: { rootCertificate: stranger.rootCert } }), "hello"),
      ).toBe("hello");
    },
  );
});

describe("an answer that is none", () => {
  test.for([
    { what: "a byte more than the answer", answer: "Sx" },
    { what: "plain text smuggled in behind a refusal", answer: "Nmore" },
    { what: "none of the letters that there are", answer: "X" },
  ])("is refused: $what", async ({ answer }) => {
    const server = await start({ answer });
    const failure = connectTo({ port: server.port, sslMode: "prefer" });
    await expect(failure).rejects.toMatchObject({ reason: "protocol" });
    await expect(failure).rejects.toThrow("unexpected answer to the request for TLS");
  });

  test("is an error: its words are nobody's yet", async () => {
    const server = await start({ answer: "EFATAL: come in\0" });
    const failure = connectTo({ port: server.port, sslMode: "prefer" });
    await expect(failure).rejects.toMatchObject({ reason: "connect" });
    await expect(failure).rejects.toThrow(
      /^the server answered the request for TLS with an error: see its log$/,
    );
  });

  test("is refused at once: the server hangs up", async () => {
    const server = await start({ onRequest: (socket) => socket.end() });
    const given = new AbortController();
    const failure = connectTo({ port: server.port, sslMode: "prefer" }, given.signal).catch(
      (error: unknown) => error,
    );
    const late = setTimeout(() => given.abort(), 3000);
    expect(await failure).toMatchObject({ reason: "connect" });
    clearTimeout(late);
  });
});

describe("giving up", () => {
  test.for([
    { what: "before any answer", behaviour: {} },
    {
      what: "in the middle of the handshake",
      behaviour: { onRequest: (socket: Socket) => void socket.write("S") },
    },
  ])("hangs up $what", async ({ behaviour }) => {
    const server = await start(behaviour.onRequest ? behaviour : { onRequest: () => undefined });
    const given = new AbortController();
    const failure = connectTo({ port: server.port, sslMode: "require" }, given.signal);
    await waitFor("the request for TLS", () => server.requests.length === 1);
    given.abort();
    await expect(failure).rejects.toBeInstanceOf(Error);
    await waitFor("the connection to be gone", () => server.open() === 0);
  });

  test.for(["prefer", "disable"] as const)("hangs up a socket of %s that was handed out", async (sslMode) => {
    const server = await start({ answer: "S", certificate });
    const given = new AbortController();
    const socket = await connectTo({ port: server.port, sslMode }, given.signal);
    given.abort();
    await waitFor("the connection to be gone", () => server.open() === 0);
    expect(socket.destroyed).toBe(true);
  });
});

test("giving up while the files are read connects to nobody", async () => {
  const server = await start({ answer: "S", certificate });
  const given = new AbortController();
  const failure = connectTo({ port: server.port, sslMode: "verify-full" }, given.signal);
  given.abort();
  await expect(failure).rejects.toMatchObject({ name: "AbortError" });
  // Had it connected, it would have come before this one.
  await connectTo({ port: server.port, sslMode: "require" });
  expect(server.connections()).toBe(1);
});

test("nobody listening is told with the system's code", async () => {
  const port = await freePort();
  await expect(connectTo({ port })).rejects.toMatchObject({ code: "ECONNREFUSED", end: "unreachable" });
});
