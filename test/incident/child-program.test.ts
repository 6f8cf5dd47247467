import { expect, onTestFinished, test } from "vitest";

import { waitFor } from "../support/wait-for.ts";
import { startChild } from "./child-program.ts";

test("a program that is not installed: the error says what to install", async () => {
  const start = startChild("no-such-program", [], { hint: "apt-get install no-such-package" });
  await expect(start).rejects.toThrow("no-such-program does not start: apt-get install no-such-package");
});

test("its lines arrive whole, and what is told reaches it", async () => {
  const lines: string[] = [];
  const cat = await startChild("cat", [], { hint: "", onLine: (line) => lines.push(line) });
  onTestFinished(() => cat.stop());
  cat.tell("one");
  cat.tell("two");
  expect(await waitFor("both", () => lines.length === 2 && lines)).toEqual(["one", "two"]);
  cat.mustRun();
});

test("one that ends by itself must run, and one that was stopped need not", async () => {
  const script = "echo out of memory >&2; exit 3";
  const failing = await startChild("sh", ["-c", script], { hint: "" });
  const said = "sh ended by itself, with 3: out of memory";
  await waitFor("its end", () => {
    expect(() => failing.mustRun()).toThrow(said);
    return true;
  });
  const sleeping = await startChild("sleep", ["60"], { hint: "" });
  await sleeping.stop();
  sleeping.mustRun();
});
