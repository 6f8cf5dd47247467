import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";

import { runWords } from "../support/a-runtime.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
});

/** The URL of a daemon that answers so. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("expected a port");
  return `http://127.0.0.1:${address.port}`;
}

function answering(body: string, status = 200): RequestListener {
  return (_request, response) => void response.writeHead(status).end(body);
}

const answer = { pid: 7, text: ["pid 7 on db1", "  role evil\u001b[2J\nname"] };

test("prints the lines of the answer, and nothing that could rewrite a terminal", async () => {
  const url = await serving(answering(JSON.stringify(answer)));
  expect(await runWords(["explain", "7", `--url=${url}`])).toEqual({
    code: 0,
    stdout: "pid 7 on db1\n  role evil\\x1b[2J\\x0aname\n",
    stderr: "",
  });
});

test("prints all of it as JSON where it is asked to", async () => {
  const url = await serving(answering(JSON.stringify(answer)));
  const { stdout } = await runWords(["explain", "7", "--json", `--url=${url}`]);
  expect(JSON.parse(stdout)).toEqual(answer);
  expect(stdout).not.toContain("\u001b");
});

test("asks for this pid on this server, under whatever path a proxy serves it", async () => {
  const asked: (string | undefined)[] = [];
  const url = await serving((request, response) => {
    asked.push(request.url);
    answering(JSON.stringify(answer))(request, response);
  });
  await runWords(["explain", "7", `--url=${url}`]);
  await runWords(["explain", "8", "--server=db 1&x", `--url=${url}/pgleash/?y=1#z`]);
  expect(asked).toEqual(["/api/v1/explain?pid=7", "/pgleash/api/v1/explain?pid=8&server=db+1%26x"]);
});

describe("without an answer it fails, and says why", () => {
  test.for([
    [
      "a question that is refused",
      404,
      "no server db9: expected one of db1\n",
      "answers 404: no server db9: expected one",
    ],
    ["something that is no JSON", 200, "<html>", "answers as no pgleash does: "],
    ["something that is no answer", 200, '{"text":"x"}', "answers as no pgleash does\n"],
    ["an error", 500, "internal\u001b[2J error\n", "answers 500: internal\\x1b[2J error"],
    ["an error without a word", 502, "", "answers 502\n"],
  ] as const)("from %s", async ([, status, body, why]) => {
    const url = await serving(answering(body, status));
    const { code, stdout, stderr } = await runWords(["explain", "7", `--url=${url}`]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`pgleash: ${url} ${why}`);
  });

  test("from a proxy with a long page: only its beginning is told", async () => {
    const url = await serving(answering("x".repeat(1000), 502));
    const { stderr } = await runWords(["explain", "7", `--url=${url}`]);
    expect(stderr.match(/x+/)?.[0]).toHaveLength(300);
  });

  test("from nobody", async () => {
    const url = await serving(answering(""));
    for (const server of servers.splice(0)) server.close();
    const { code, stderr } = await runWords(["explain", "7", `--url=${url}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`pgleash: no answer from ${url}: `);
    expect(stderr).toContain("ECONNREFUSED");
  });

  test("from somebody who does not speak TLS", async () => {
    const url = (await serving(answering(""))).replace("http:", "https:");
    const { code, stderr } = await runWords(["explain", "7", `--url=${url}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`pgleash: no answer from ${url}: `);
    expect(stderr).toContain(": it does not speak TLS: write http://\n");
  });

  test("from somebody who hangs up, and speaks no TLS either", async () => {
    const url = await serving((request) => request.destroy());
    const { stderr } = await runWords(["explain", "7", `--url=${url}`]);
    expect(stderr).toBe(`pgleash: no answer from ${url}: socket hang up\n`);
  });

  test("from somebody who never answers", async () => {
    const url = await serving(() => undefined);
    const { code, stderr } = await runWords(["explain", "7", `--url=${url}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/timeout/i);
  });
});

test.for([
  [[], "expected the pid of a session, got nothing"],
  [["web-1"], 'expected the pid of a session, got "web-1"'],
  [["0"], 'expected the pid of a session, got "0"'],
  [["7", "8"], 'unexpected argument "8"'],
  [["7", "--url=db1:19187"], '--url: expected a URL such as http://127.0.0.1:19187, got "db1:19187"'],
  [["7", "--url=file:///etc/passwd"], "--url: expected a URL"],
  [["7", "--url=http://ada:secret@db1"], "--url: expected a URL"],
] as const)("%j is called wrongly", async ([words, message]) => {
  const { code, stderr } = await runWords(["explain", ...words]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("secret");
});
