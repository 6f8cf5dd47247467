import { postgresMajors } from "./real-postgres.ts";

/** The oldest and the newest of those that are tested, in the full tier all; others only where neither is asked for. */
export function checkedMajors(): readonly string[] {
  const majors = postgresMajors();
  if (process.env["PGLEASH_TIER"] === "full") return majors;
  const ends = majors.filter((major) => major === "13" || major === "18");
  return ends.length > 0 ? ends : majors;
}
