/**
 * Whether a client that sent this `Accept-Encoding` wants gzip: it names it, or everything, with a weight above zero, and
 * not less than an uncompressed answer that it names too.
 */
export function wantsGzip(accepted: string | undefined): boolean {
  if (accepted === undefined) return false;
  const weights = new Map<string, number>();
  for (const item of accepted.toLowerCase().split(",")) {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim());
    weights.set(coding === "x-gzip" ? "gzip" : coding, weightOf(parameters));
  }
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
}

/** A weight that cannot be read is none: then the answer is not compressed, which everybody can read. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  if (weight === undefined) return 1;
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight.slice(2)) : 0;
}
