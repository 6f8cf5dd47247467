import type { Connected } from "../../src/postgres/attempts/make-attempt.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { quickLook } from "../../src/quick-look.ts";
import { benchThresholds } from "./own-looks.ts";
import { LOOK_SECONDS } from "./own-session.ts";

/** Quick looks as the program takes them, each as right after a look. Server and bench share a clock. */
export function createOwnQuickLooks({ session }: Connected): { look(): Promise<void> } {
  return {
    async look() {
      await quickLook(session, {
        thresholds: benchThresholds,
        lastLookSeconds: Date.now() / 1000,
        deadline: startDeadline(LOOK_SECONDS),
      });
    },
  };
}
