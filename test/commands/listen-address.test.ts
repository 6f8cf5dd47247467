import { expect, test } from "vitest";

import { UsageError } from "../../src/commands/command.ts";
import { defaultListenAddress, parseListenAddress } from "../../src/commands/listen-address.ts";

test.for([
  [":19187", { host: undefined, port: 19_187 }],
  [":0", { host: undefined, port: 0 }],
  [":65535", { host: undefined, port: 65_535 }],
  ["127.0.0.1:19187", { host: "127.0.0.1", port: 19_187 }],
  ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
  ["localhost:80", { host: "localhost", port: 80 }],
  ["[::1]:19187", { host: "::1", port: 19_187 }],
  ["[::]:19187", { host: "::", port: 19_187 }],
  [defaultListenAddress, { host: undefined, port: 19_187 }],
] as const)("%s is read as Prometheus' own programs read it", ([text, address]) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test.for([
  "",
  "19187",
  "localhost",
  ":",
  ":x",
  ":65536",
  ":123456",
  ":-1",
  "::1:19187",
  "a:1 ",
  "[::1]",
  ":80\n",
])("%j is no address", (text) => {
  expect(() => parseListenAddress(text)).toThrow(UsageError);
  expect(() => parseListenAddress(text)).toThrow(JSON.stringify(text));
});
