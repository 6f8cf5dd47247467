/** Names and values of headers. */
export type Headers = Readonly<Record<string, string>>;

/**
 * What every answer says. Pages are self-contained: nothing in them may load or run anything but an image that stands in the
 * page itself, a form may lead nowhere, and nobody may show them in a frame.
 */
export function ownHeaders(styleSource: string): Headers {
  const policy = [
    "default-src 'none'",
    `style-src ${styleSource}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": policy.join("; "),
  };
}

/** Without those that are empty: so a configuration takes away what is said by default. */
export function givenHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}
