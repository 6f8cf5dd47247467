import type { CommentKeys } from "../classify/attribution/comment-keys.ts";

/** The place in an application that a suspect comes from. The text is untrusted. */
export type Origin = { readonly name: "route" | "action" | "job"; readonly text: string };

/** The most telling of what comments say: a route, else a controller with its action, else a job. */
export function originOf(keys: CommentKeys): Origin | null {
  const route = keys.get("route");
  if (route !== undefined) return { name: "route", text: route };
  const action = [keys.get("controller"), keys.get("action")].filter((part) => part !== undefined);
  if (action.length > 0) return { name: "action", text: action.join("#") };
  const job = keys.get("job");
  return job === undefined ? null : { name: "job", text: job };
}
