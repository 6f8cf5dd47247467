import type { Duplex } from "node:stream";

/** What an order takes, or an event tells. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message of the DevTools protocol: an answer has the `id` of its order, an event has a `method`. */
type Message = {
  readonly id?: number;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: Fields;
  readonly sessionId?: string;
};

/** A browser that takes orders over a pipe. A session is that of one tab; without one the browser itself is meant. */
export type Devtools = {
  send(method: string, params?: Fields, sessionId?: string): Promise<Fields>;
  /** Calls with each such event of the session, for as long as the browser lives. */
  on(sessionId: string, method: string, listener: (params: Fields) => void): void;
};

export type DevtoolsPipes = {
  readonly orders: Duplex;
  readonly answers: Duplex;
  /** What the browser said before it was gone. */
  readonly lastWords: () => string;
};

/** Speaks the protocol over Chromium's two pipes, where a zero byte ends each message. */
export function connectDevtools({ orders, answers, lastWords }: DevtoolsPipes): Devtools {
  const waiting = new Map<number, PromiseWithResolvers>();
  const listeners: { sessionId: string; method: string; listener: (params: Fields) => void }[] = [];
  let lastId = 0;
  let rest = "";

  answers.setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) receive(JSON.parse(message));
  });
  // Whoever writes to a browser that is gone is told by the other pipe.
  orders.on("error", () => undefined);
  answers.on("close", () => {
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  });

  function gone(): Error {
    return new Error(`chromium is gone: ${lastWords()}`);
  }

  function receive({ id, result, error, method, params, sessionId }: Message): void {
    if (id === undefined) {
      for (const one of listeners)
        if (one.sessionId === sessionId && one.method === method) one.listener(params ?? {});
      return;
    }
    const order = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) order?.resolve(result ?? {});
    else order?.reject(new Error(`chromium: ${error.message}`));
  }

  return {
    send(method, params = {}, sessionId) {
      const id = (lastId += 1);
      return new Promise((resolve, reject) => {
        if (answers.closed) throw gone();
        waiting.set(id, { resolve, reject });
        orders.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    },
    on: (sessionId, method, listener) => void listeners.push({ sessionId, method, listener }),
  };
}

type PromiseWithResolvers = {
  readonly resolve: (result: Fields) => void;
  readonly reject: (error: Error) => void;
};
