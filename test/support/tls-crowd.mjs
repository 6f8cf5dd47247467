// A process that keeps many encrypted connections to 127.0.0.1 busy until it is killed. It prints `ready` once all of them have
// been tried.
import { connect } from "node:tls";

const [task, port, countText, localAddress] = process.argv.slice(2);
const target = { host: "127.0.0.1", port: Number(port), localAddress, rejectUnauthorized: false };
const count = Number(countText);
const ask = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
let tried = 0;

/** Opens a connection and lets `use` do its worst with it; resolves when it is over. */
function open(use) {
  return new Promise((resolve) => {
    const socket = connect(target);
    socket.once("secureConnect", () => {
      tried += 1;
      use(socket);
    });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      tried += 1;
      resolve();
    });
  });
}

const tasks = {
  /** Asks for a page, and reads none of it. */
  unread: (socket) => {
    socket.pause();
    socket.write(ask);
  },
  /** Asks for a page, and reads a little of it now and then. */
  trickle: (socket) => {
    socket.pause();
    socket.write(ask);
    const timer = setInterval(() => socket.read(1024), 100);
    socket.once("close", () => clearInterval(timer));
  },
  /** Leaves as soon as hands are shaken. */
  shake: (socket) => socket.destroy(),
};

async function again() {
  for (;;) await open(tasks[task]);
}

for (let index = 0; index < count; index += 1) void again();
const waiting = setInterval(() => {
  if (tried < count) return;
  clearInterval(waiting);
  process.stdout.write("ready\n");
}, 20);
setInterval(() => undefined, 1000);
