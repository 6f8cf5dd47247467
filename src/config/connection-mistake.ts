import type { Origin } from "../postgres/naming/connection-parts.ts";
import type { Mistake, Path } from "./issue.ts";

/** Where something was said of a connection: `path` is where in the file, if it was said there. */
type ConnectionPlace = { readonly origin: Origin; readonly path: Path };

/** A mistake in the file, or in what its connections are filled from. */
export type ConnectionMistake = Mistake & ConnectionPlace;

/** What loads and is not used. */
export type ConnectionTold = ConnectionPlace & { readonly told: string };
