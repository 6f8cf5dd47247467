// A process that attacks a web server on the loopback until it is told to stop. It prints `ready` once it is at it, and at the
// end what came of it, as JSON.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

const [attack, portText, countText, localAddress] = process.argv.slice(2);
// To be told where to connect from is expensive, so it is only where it matters.
const target = { host: "127.0.0.1", port: Number(portText), ...(localAddress && { localAddress }) };
const count = Number(countText);
const seen = { opened: 0, ended: 0, answers: {} };

process.on("SIGTERM", () => {
  process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
});

/** Opens a connection and lets `use` do its worst with it; resolves when it is over. */
function open(use) {
  return new Promise((resolve) => {
    const socket = connect(target, () => {
      seen.opened += 1;
      use(socket);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      seen.ended += 1;
      resolve();
    });
  });
}

/** The same again and again, `count` of them at once. */
function keepAt(use) {
  for (let index = 0; index < count; index += 1) void again(use, index);
}

async function again(use, index) {
  for (;;) await open((socket) => use(socket, index));
}

function tally(answer) {
  const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "none";
  seen.answers[status] = (seen.answers[status] ?? 0) + 1;
}

/** Counts the first answer of a connection that is read. */
function listen(socket) {
  socket.setEncoding("latin1").once("data", tally);
  socket.resume();
}

/** Writes one chunk after the other, until `bytes` are written or nobody takes them. */
function pour(socket, chunk, bytes) {
  let left = bytes;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      if (!socket.write(chunk)) break;
    }
    if (left > 0) socket.once("drain", more);
  };
  more();
}

const start = "GET /metrics HTTP/1.1\r\nHost: x\r\n";
const megabyte = 1024 * 1024;

/** The same numbers in each run. */
function numbers(seed) {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648);
}

function shake() {
  return new Promise((resolve) => {
    const socket = connectTls({ ...target, rejectUnauthorized: false }, () => {
      seen.opened += 1;
      socket.destroy();
    });
    socket.on("error", () => undefined).on("close", resolve);
  });
}

async function keepShaking() {
  for (;;) await shake();
}

const attacks = {
  /** Opens connections as fast as it can, and holds them. */
  connections() {
    for (let index = 0; index < count; index += 1) void open((socket) => socket.resume());
  },
  /** Sends a header now and then, and never the last one. */
  slowloris() {
    keepAt((socket) => {
      listen(socket);
      socket.write(start);
      const timer = setInterval(() => socket.write("X: y\r\n"), 200);
      socket.once("close", () => clearInterval(timer));
    });
  },
  headers() {
    const line = Buffer.alloc(megabyte, "x");
    keepAt((socket) => {
      listen(socket);
      socket.write(`${start}X: `);
      pour(socket, line, 100 * megabyte);
    });
  },
  bodies() {
    keepAt((socket) => {
      listen(socket);
      socket.write(`POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: ${100 * megabyte}\r\n\r\n`);
      pour(socket, Buffer.alloc(megabyte), 100 * megabyte);
    });
  },
  /** Asks for a thousand pages at once, again and again, and reads none. */
  unread() {
    keepAt((socket) => {
      socket.pause();
      pour(socket, Buffer.from(`${start}\r\n`.repeat(1000)), megabyte);
    });
  },
  /** Valid requests with bytes changed, cut or doubled at random. */
  malformed() {
    const next = numbers(20_261_121 + target.port);
    keepAt((socket) => {
      listen(socket);
      const bytes = Buffer.from(
        `${start}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
      );
      for (let change = next() % 8; change >= 0; change -= 1) bytes[next() % bytes.length] = next() % 256;
      socket.end(bytes.subarray(0, next() % bytes.length));
    });
  },
  /** A wrong password in each request, for users that are there and users that are not. */
  passwords() {
    const agent = new Agent({ keepAlive: true });
    const guess = (number) =>
      new Promise((resolve) => {
        const user = number % 2 === 0 ? "alice" : "mallory";
        const headers = {
          Authorization: `Basic ${Buffer.from(`${user}:${localAddress}${number}`).toString("base64")}`,
        };
        const asked = request({ ...target, path: "/metrics", agent, headers }, (response) => {
          tally(`HTTP/1.1 ${response.statusCode}`);
          response.resume().on("close", resolve);
        });
        asked.on("error", resolve).end();
      });
    let number = 0;
    const keepGuessing = async () => {
      for (;;) await guess((number += 1));
    };
    for (let index = 0; index < count; index += 1) void keepGuessing();
  },
  /** Shakes hands and leaves. */
  handshakes() {
    for (let index = 0; index < count; index += 1) void keepShaking();
  },
};

attacks[attack]();
// Sockets that nobody reads keep no process alive.
setInterval(() => undefined, 1000);
process.stdout.write("ready\n");
