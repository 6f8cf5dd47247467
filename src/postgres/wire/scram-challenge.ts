/** PostgreSQL asks for 4096 rounds. So many take some 60 ms, in which nothing else goes on here: the driver computes at once. */
const MOST_ROUNDS = 100_000;

/**
 * What is wrong with the message that SCRAM begins with at the server (RFC 5802), in words; `undefined` if the driver can
 * answer it. It computes whatever it is told to, for as long as that takes. No extensions: PostgreSQL has none, and the driver
 * would take a second number of rounds for the first.
 */
export function scramProblem(challenge: string): string | undefined {
  const { nonce, salt, rounds } =
    /^r=(?<nonce>[!-+\--~]+),s=(?<salt>[A-Za-z0-9+/]+={0,2}),i=(?<rounds>\d{1,10})$/u.exec(challenge)
      ?.groups ?? {};
  if (nonce === undefined || salt === undefined || rounds === undefined)
    return "the server's request for the password is malformed";
  if (Number(rounds) < 1 || Number(rounds) > MOST_ROUNDS)
    return `the server wants the password hashed ${Number(rounds)} times: at most ${MOST_ROUNDS} are done`;
  return undefined;
}
