/** Where programs connect, and how fast their time is. */
export type Place = {
  /** A socket folder, or an address. */
  readonly host: string;
  readonly port: number;
  /** How long a minute of theirs is. */
  readonly minuteSeconds: number;
};

/** Everybody works here: what exporters leave out as the database of nobody is called `postgres`. */
export const DATABASE = "shop";
