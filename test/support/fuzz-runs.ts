/** How many arbitrary inputs each reader of what strangers write is given in the full tier. */
export const fuzzInputs = {
  duration: 200_000,
  matcher: 50_000,
  configuration: 20_000,
  serversFile: 10_000,
  connectionString: 300_000,
  passfile: 150_000,
  serviceFile: 150_000,
  webConfiguration: 20_000,
  requestHeads: 100_000,
  requestBytes: 100_000,
  credentials: 50_000,
  wantsGzip: 50_000,
  readBasicCredentials: 50_000,
  bcryptCost: 20_000,
  checkableHash: 20_000,
  parseGoDuration: 50_000,
  httpServer: 20_000,
  serverReplies: 40_000,
} as const;

export type Fuzzed = keyof typeof fuzzInputs;

/** What a tier leaves of these numbers. */
export const tierDivisors = { newcomer: 200, check: 20, full: 1 } as const;

/** The tier that runs. */
export function runsTier(): keyof typeof tierDivisors {
  const tier = process.env["PGLEASH_TIER"];
  return tier === "full" || tier === "check" ? tier : "newcomer";
}

/** How many inputs one reader is given in the tier that runs. */
export function fuzzRuns(fuzzed: Fuzzed): number {
  return fuzzInputs[fuzzed] / tierDivisors[runsTier()];
}
