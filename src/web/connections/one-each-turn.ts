/** Does something when it is its turn. */
export type InTurn = (task: () => void) => void;

/**
 * Does one task in each turn of the event loop, in the order in which they came. A turn accepts one connection: where it is
 * long because hundreds of clients have something ready in it, whoever comes waits for seconds to be let in.
 */
export function oneEachTurn(): InTurn {
  const tasks: (() => void)[] = [];
  let isDue = false;

  function takeTurn(): void {
    isDue = false;
    const task = tasks.shift();
    if (tasks.length > 0) callNext();
    task?.();
  }

  function callNext(): void {
    if (!isDue) setImmediate(takeTurn);
    isDue = true;
  }

  return (task) => {
    tasks.push(task);
    callNext();
  };
}
