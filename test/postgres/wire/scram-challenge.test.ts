import { expect, test } from "vitest";

import { scramProblem } from "../../../src/postgres/wire/scram-challenge.ts";

test.for([
  "r=clientnonceservernonce,s=c2FsdA==,i=4096",
  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100000",
  "r=n,s=YQ==,i=1",
])("%s can be answered", (challenge) => {
  expect(scramProblem(challenge)).toBeUndefined();
});

test.for([
  "",
  "nope",
  "r=n,s=YQ==",
  "r=n,i=4096",
  "s=YQ==,i=4096",
  "r=,s=YQ==,i=4096",
  "r=n,s=,i=4096",
  "r=n,s=YQ==,i=",
  "r=n,s=YQ==,i=-1",
  "r=n,s=YQ==,i=4096x",
  "r=n,s=Y Q==,i=4096",
  "r=n,s=Y_Q=,i=4096",
  "r=n,s=YQ==,i=4096,x=extension",
  "r=n,s=YQ==,i=4096,i=2000000000",
])("%j is malformed", (challenge) => {
  expect(scramProblem(challenge)).toBe("the server's request for the password is malformed");
});

test.for(["0", "100001", "9999999999"])("%s rounds are not done", (rounds) => {
  expect(scramProblem(`r=n,s=YQ==,i=${rounds}`)).toBe(
    `the server wants the password hashed ${Number(rounds)} times: at most 100000 are done`,
  );
});
