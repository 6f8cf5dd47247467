import type { ServerConfig } from "../config/config.ts";
import type { LeashSettings } from "./leashing.ts";

/** How to watch one server. */
export type WatchSettings = {
  readonly server: ServerConfig;
  readonly labelBudget: number;
  /** Keys of statement comments that become labels. */
  readonly commentKeys: readonly string[];
  readonly leash: LeashSettings;
};
