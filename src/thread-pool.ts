/**
 * How many look-ups libuv runs at once, whatever it is asked for: half of its threads, so that files never wait for a name
 * service. `poolSize` is what the environment says of `UV_THREADPOOL_SIZE`.
 */
export function lookUpThreads(poolSize: string | undefined): number {
  return Math.ceil(poolThreads(poolSize) / 2);
}

/**
 * How many threads may read the files of connections: a quarter, so that a mount that hangs leaves some for all else, but two
 * where there are two, so that one file that hangs does not keep all others waiting.
 */
export function fileThreads(poolSize: string | undefined): number {
  const threads = poolThreads(poolSize);
  return Math.max(Math.floor(threads / 4), Math.min(threads, 2));
}

function poolThreads(poolSize: string | undefined): number {
  const wanted = poolSize === undefined ? 4 : Number.parseInt(poolSize, 10);
  return Math.min(Math.max(Number.isNaN(wanted) ? 1 : wanted, 1), 1024);
}
