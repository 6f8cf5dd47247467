/** What one process gives to its clients, whoever they are. */
export type Limits = {
  /** Connections at once, on all addresses together. One more closes the one that is missed least. */
  readonly mostConnections: number;
  /** Handshakes that have begun; the others wait. */
  readonly mostHandshakes: number;
  /** Bytes of all answers that somebody is reading. What several read counts once. */
  readonly mostAnswerBytes: number;
  /** From the connection on, the handshake and a whole request; from the first byte on, each later one. */
  readonly requestSeconds: number;
  /** From a whole request on until the client has read the answer. */
  readonly answerSeconds: number;
  /** So long may a client shake hands, ask or read before it counts as slow. Where many want to shake hands, they have less. */
  readonly slowSeconds: number;
  /** How long a connection may wait for its next request. Longer than most scrape intervals. */
  readonly idleSeconds: number;
  /** What a stop leaves to answers that are under way. */
  readonly stopSeconds: number;
  /** The first line and all headers of a request together. */
  readonly headerBytes: number;
  /** The path with its query. */
  readonly pathBytes: number;
};

export const builtInLimits: Limits = {
  mostConnections: 512,
  mostHandshakes: 64,
  mostAnswerBytes: 64 * 1024 * 1024,
  requestSeconds: 10,
  answerSeconds: 30,
  slowSeconds: 2,
  idleSeconds: 180,
  stopSeconds: 5,
  headerBytes: 16_384,
  pathBytes: 4096,
};
