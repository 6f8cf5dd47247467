import { formatPath } from "../../config/issue.ts";
import { bcryptCost } from "../passwords/bcrypt-hash.ts";
import type { WebConfig } from "./web-config.ts";

/** Beyond it a check takes seconds: each step doubles the time. */
const HIGHEST_USUAL_COST = 14;

/** What is no mistake in a web configuration, and does harm: one line each. */
export function webConfigWarnings({ tls, users }: WebConfig): readonly string[] {
  return [...(tls === null && users.size === 0 ? isOpen : []), ...costly(users)];
}

/** Whoever gives a file means to protect something, mostly. */
const isOpen = [
  "no tls_server_config: TLS is disabled",
  "no basic_auth_users: everybody who reaches the page may read it",
];

function costly(users: WebConfig["users"]): readonly string[] {
  return [...users].flatMap(([user, hash]) => {
    const cost = bcryptCost(hash) ?? 0;
    if (cost <= HIGHEST_USUAL_COST) return [];
    const seconds = 2 ** (cost - HIGHEST_USUAL_COST);
    const what = `a bcrypt hash of cost ${cost}, where 10 to 12 is usual`;
    const harm = `each password that was not seen before takes some ${seconds} s to check, and others wait`;
    return [`${formatPath(["basic_auth_users", user])}: ${what}: ${harm}`];
  });
}
