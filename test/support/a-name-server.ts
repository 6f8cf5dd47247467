import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A name service that never answers, but for a few names. */
export type NameServer = {
  /** How many questions that stay without an answer came within a second, at most. */
  most(): number;
  close(): Promise<void>;
};

export type NameServerOptions = {
  /** The names that are answered with 127.0.0.1, and after how long. */
  readonly late: RegExp;
  readonly lateSeconds: number;
};

const HEADER_BYTES = 12;
const ADDRESS_TYPE = 1;

/** Listens at port 53 of this address, which takes the rights of root. The test must `close()` it. */
export async function startNameServer(address: string, options: NameServerOptions): Promise<NameServer> {
  const socket = createSocket("udp4");
  const timers = new Set<NodeJS.Timeout>();
  let unanswered: readonly number[] = [];
  let most = 0;
  socket.on("message", (question, { address: host, port }) => {
    if (!options.late.test(nameIn(question))) {
      const nowMs = performance.now();
      unanswered = [...unanswered.filter((sinceMs) => sinceMs > nowMs - 1000), nowMs];
      most = Math.max(most, unanswered.length);
      return;
    }
    const answer = answerTo(question);
    timers.add(setTimeout(() => socket.send(answer, port, host), options.lateSeconds * 1000));
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return {
    most: () => most,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      socket.close();
      await once(socket, "close");
    },
  };
}

function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER_BYTES; (question[at] ?? 0) > 0; at += (question[at] ?? 0) + 1)
    labels.push(question.toString("latin1", at + 1, at + 1 + (question[at] ?? 0)));
  return labels.join(".");
}

/** RFC 1035: who asks for an IPv4 address gets 127.0.0.1, who asks for something else learns that there is none. */
function answerTo(question: Buffer): Buffer {
  const end = HEADER_BYTES + nameIn(question).length + 2 + 4;
  const isAddress = question.readUInt16BE(end - 4) === ADDRESS_TYPE;
  const asked = Buffer.from(question.subarray(0, end));
  asked.writeUInt16BE(0x8180, 2); // an answer, without an error
  asked.writeUInt16BE(Number(isAddress), 6);
  asked.writeUInt32BE(0, 8);
  const pointer = [0xc0, HEADER_BYTES];
  const address = [...pointer, 0, ADDRESS_TYPE, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1];
  return Buffer.concat([asked, Buffer.from(isAddress ? address : [])]);
}
