/** Who asks over HTTP, and whom to believe. Holds secrets: nothing of it is ever shown. */
export type HttpClient = {
  /** The user and the password, as HTTP's Basic authentication wants them; `null` to ask without. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** Certificates of authorities in PEM; `null` for those that Node.js trusts. */
  readonly authorities: string | null;
  /** What the client shows, in PEM; `null` for nothing. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  /** The name that the server's certificate must have; `null` for that of the URL. */
  readonly serverName: string | null;
  /** Whether the server's certificate is checked. */
  readonly isVerifying: boolean;
};

/** Nobody in particular, who trusts whom Node.js trusts. */
export const anonymousClient: HttpClient = {
  credentials: null,
  authorities: null,
  certificate: null,
  serverName: null,
  isVerifying: true,
};
