import { describe, expect, test } from "vitest";

import {
  errorText,
  executeMessages,
  prepareMessages,
  queryMessage,
  startupMessage,
  takeMessages,
  terminateMessage,
} from "../../../bench/world/wire-messages.ts";

const hex = (bytes: Buffer): string => bytes.toString("latin1").replaceAll("\0", "·");

describe("messages to the server", () => {
  test("a startup message has a length, the version 3.0, and names with values", () => {
    const message = startupMessage({ user: "u", database: "d" });
    expect(message.readInt32BE(0)).toBe(message.length);
    expect(message.readInt32BE(4)).toBe(196608);
    expect(hex(message.subarray(8))).toBe("user·u·database·d··");
  });

  test("a query counts its bytes, not its characters", () => {
    const message = queryMessage("SELECT 'ä'");
    expect(message.readInt32BE(1)).toBe(message.length - 1);
    expect(message.length).toBe(1 + 4 + 11 + 1);
  });

  test("prepare and execute end with a Sync each", () => {
    expect(typesOf(prepareMessages("s", "SELECT 1"))).toBe("PS");
    expect(typesOf(executeMessages("s"))).toBe("BES");
    expect(typesOf(terminateMessage())).toBe("X");
  });
});

describe("messages of the server", () => {
  const answer = Buffer.concat([queryMessage("one"), queryMessage("two")]);

  test("whole ones are taken, the beginning of the next is kept", () => {
    const { messages, rest } = takeMessages(answer.subarray(0, 12));
    expect(messages.map(({ type, body }) => `${type} ${hex(body)}`)).toEqual(["Q one·"]);
    expect(rest).toEqual(answer.subarray(9, 12));
  });

  test("cut anywhere, they are the same messages", () => {
    for (let cut = 0; cut <= answer.length; cut += 1) {
      const first = takeMessages(answer.subarray(0, cut));
      const second = takeMessages(Buffer.concat([first.rest, answer.subarray(cut)]));
      const bodies = [...first.messages, ...second.messages].map(({ body }) => hex(body));
      expect(bodies).toEqual(["one·", "two·"]);
      expect(second.rest).toHaveLength(0);
    }
  });

  test("of an error its message is told", () => {
    expect(errorText(Buffer.from("SERROR\0C22012\0Mdivision by zero\0\0"))).toBe("division by zero");
    expect(errorText(Buffer.from("SERROR\0\0"))).toBe("an error without a message");
  });
});

function typesOf(bytes: Buffer): string {
  return takeMessages(bytes)
    .messages.map(({ type }) => type)
    .join("");
}
