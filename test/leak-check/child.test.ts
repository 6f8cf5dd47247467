import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { endOf, startChild } from "../../src/leak-check/child.ts";

const environment = { PATH: process.env["PATH"], GREETING: "hello" };

describe("a command", () => {
  test.for([
    ["true", 0],
    ["exit 7", 7],
    ["exit 255", 255],
    ["kill -KILL $$", 137],
    ["kill -SEGV $$", 139],
    ['test "$GREETING" = hello && test -z "$HOME"', 0],
  ] as const)("that is %j ends with %i", async ([script, status]) => {
    const child = startChild(["sh", "-c", script], environment);
    expect(await child.ended).toEqual({ status, whyNotStarted: null });
  });

  test("gets its arguments as they are", async () => {
    const child = startChild(["sh", "-c", 'test "$1" = "a  b; \'\\$x"', "sh", "a  b; '$x"], environment);
    expect(await child.ended).toMatchObject({ status: 0 });
  });

  test("gets the signals that are passed on", async () => {
    // The shell tells us once its trap stands, maybe at once: unheard, the signal would end us.
    const isReady = new Promise((resolve) => process.once("SIGUSR2", resolve));
    const child = startChild(
      ["sh", "-c", 'trap "exit 42" TERM; kill -USR2 "$PPID"; while :; do sleep 0.05; done'],
      environment,
    );
    await isReady;
    child.pass("SIGTERM");
    expect(await child.ended).toMatchObject({ status: 42 });
  });

  test("that is not there ends as in a shell", async () => {
    expect(await startChild(["no-such-program"], environment).ended).toMatchObject({
      status: 127,
      whyNotStarted: '"no-such-program" cannot be found: no folder of the PATH has such a program',
    });
  });

  test("that is named with a password keeps it to itself", async () => {
    for (const word of [
      "psql postgres://shop:hidden@db/shop",
      "psql password=hidden",
      "postgres://a:hidden@b",
      "PGPASSWORD=hidden",
    ]) {
      const { whyNotStarted } = await startChild([word], environment).ended;
      expect(whyNotStarted).toMatch(/cannot be found/);
      expect(whyNotStarted).not.toContain("hidden");
    }
    expect((await startChild(["tool@2"], environment).ended).whyNotStarted).toContain('"tool@2" cannot');
  });

  test("that is a whole command in one word is told what to write", async () => {
    expect(await startChild(["npm test"], environment).ended).toMatchObject({
      status: 127,
      whyNotStarted: expect.stringMatching(/^"npm test" cannot be found: .*without quotes/),
    });
  });

  test.for([
    ["is not executable", 0o644, "notes", 126, /^".*script" cannot be run: it is not executable \(EACCES\)$/],
    [
      "names no interpreter",
      0o755,
      "#!/nowhere/sh\n",
      127,
      /^".*script" cannot be run: the program .*first line/,
    ],
  ] as const)("that %s ends as in a shell", async ([_what, mode, text, status, why]) => {
    const folder = await mkdtemp(join(tmpdir(), "pc-"));
    const file = join(folder, "script");
    await writeFile(file, text, { mode });
    expect(await startChild([file], environment).ended).toEqual({
      status,
      whyNotStarted: expect.stringMatching(why),
    });
    await rm(folder, { recursive: true });
  });

  test.for([
    [
      "behind a file",
      ["/etc/passwd/pytest"],
      /^"\/etc\/passwd\/pytest" cannot be run: something in its path is not a folder \(ENOTDIR\)$/,
    ],
    ["of a name beyond all bounds", ["x".repeat(5000)], /ENAMETOOLONG/],
    ["with more arguments than a program can get", ["true", "x".repeat(4_000_000)], /E2BIG/],
  ] as const)("%s ends as in a shell", async ([_what, words, why]) => {
    const child = startChild(words, environment);
    child.pass("SIGTERM");
    expect(await child.ended).toEqual({ status: 126, whyNotStarted: expect.stringMatching(why) });
  });

  test("that takes no signal from us is awaited", async () => {
    const child = spawn("sh", ["-c", "read word; exit 7"], { stdio: ["pipe", "ignore", "ignore"] });
    const ended = endOf(child, "sh");
    await once(child, "spawn");
    // As Node.js tells of EPERM. Who runs as root is never refused.
    const refused = Object.assign(new Error("kill EPERM"), { code: "EPERM", syscall: "kill" });
    child.emit("error", refused);
    child.emit("error", refused);
    child.stdin.end("on\n");
    expect(await ended).toEqual({ status: 7, whyNotStarted: null });
  });
});
