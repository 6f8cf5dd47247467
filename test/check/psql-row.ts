/** What a row is about: how a session comes about, or that none does. */
type Outcome = "TLSv1.3" | "TLSv1.2" | "plain" | "refused";

/** The home folders that libpq looks into; `psql.check.ts` fills them. */
export type Home = "empty" | "full" | "open" | "root" | "stranger" | "client";

export type Row = {
  /** The connection string; `undefined` where only the environment speaks. PORT, SOCKET and so on stand for those of the test. */
  readonly text?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** In place of a string: what the flags of a command line say. */
  readonly flags?: {
    readonly host?: string;
    readonly port?: string;
    readonly username?: string;
    readonly dbname?: string;
  };
  readonly home?: Home;
  readonly outcome: Outcome;
  /** The first libpq that knows what is asked for. */
  readonly since?: number;
};

/** A server with TLS, to which everybody may connect so. */
export const here = "host=localhost port=PORT user=anybody dbname=shop";
