// The leaking application of `pgleash demo`, on a server that is there already. Whoever connects is trusted there:
//
//   node leaking-app.mjs HOST PORT
//
// It runs in the image of pgleash, beside its `dist`.
import { createShop } from "./dist/demo/create-shop.js";
import { startOrderService } from "./dist/demo/order-service.js";

const [host = "localhost", port = "5432"] = process.argv.slice(2);
const address = { host, port: Number(port) };

const DUPLICATE_OBJECT = "42710";

await createShop(address).catch((error) => {
  // It was started before, and its roles, its database and its orders are there.
  if (error.code !== DUPLICATE_OBJECT) throw error;
});
const orders = await startOrderService(address);
for (const { applicationName, kind, story } of orders.sins) {
  process.stdout.write(`${applicationName} (${kind}): ${story}\n`);
}

// Process 1 of a container ignores signals that it does not ask for.
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => void orders.stop().then(() => process.exit(0)));
}
