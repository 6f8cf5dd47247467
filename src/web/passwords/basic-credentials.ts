/** What a client says who it is. */
export type Credentials = { readonly user: string; readonly password: string };

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads an `Authorization` header of the scheme Basic; `undefined` for what is none. */
export function readBasicCredentials(authorization: string | undefined): Credentials | undefined {
  const { encoded } = /^basic (?<encoded>.*)$/i.exec(authorization ?? "")?.groups ?? {};
  if (encoded === undefined || !base64.test(encoded)) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
