import type { ShopAddress } from "../demo/connect-to-shop.ts";
import type { OrderService } from "../demo/order-service.ts";
import { wrap, wrapBehind } from "./wrap.ts";

/** Where everything of a running demo is. */
export type DemoPlaces = {
  readonly address: ShopAddress;
  readonly webPort: number;
  /** The configuration that the watch runs with. */
  readonly configFile: string;
};

/** What runs, where to look at it, and what it does wrong, in lines of at most `width` columns where that is possible. */
export function demoIntroduction(
  { address: { host, port }, webPort, configFile }: DemoPlaces,
  sins: OrderService["sins"],
  width: number,
): string {
  const web = `http://127.0.0.1:${webPort}`;
  return [
    ...wrap('The "orders" application is running, and leaking. pgleash looks every second.', width),
    ...wrap("Its thresholds are seconds here, not minutes as usual, so that you need not wait.", width),
    // Not wrapped: they are there to be copied.
    `  page       ${web}/`,
    `  metrics    ${web}/metrics`,
    `  suspects   ${web}/api/v1/suspects`,
    `  one look   npx pgleash suspects --config.file=${configFile}`,
    `  server     psql -h ${host} -p ${port} -U postgres shop`,
    "",
    "What it does wrong:",
    ...sins.flatMap(({ applicationName, story }) =>
      wrapBehind(`  ${applicationName.padEnd(16)}`, story, width),
    ),
    "",
    "",
  ].join("\n");
}
