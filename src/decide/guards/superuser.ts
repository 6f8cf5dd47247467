import type { Guard } from "../guard.ts";

/** The server refuses to let us signal them, and that is right: administrators and the tools of the house. */
export const superuser: Guard = {
  reason: "superuser",
  why: ({ episode: { backend } }) =>
    backend.isSuperuser === false
      ? null
      : "its role is a superuser, whom pgleash never ends: give the application a role of its own",
};
