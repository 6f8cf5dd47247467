import { parentPort } from "node:worker_threads";

import { compareSync } from "bcryptjs";

import { dummyHash } from "./bcrypt-hash.ts";
import type { PasswordQuestion } from "./password-question.ts";

// The program of a thread of its own: a hash takes a tenth of a second or more, and a look must not wait for it.
parentPort?.on("message", ({ password, hash, padding }: PasswordQuestion) => {
  const isRight = compareSync(password, hash);
  if (!isRight) for (const cost of padding) compareSync(password, dummyHash(cost));
  parentPort?.postMessage(isRight, []);
});
