import postgres from "postgres";

import { connectToShop, type ShopAddress } from "./connect-to-shop.ts";

const roles = "orders, checkout, billing, reporting, search, etl, warehouse";

/** Creates the order service's roles, its database and some orders, on a server where `postgres` may log in. */
export async function createShop(address: ShopAddress): Promise<void> {
  const admin = postgres({ ...address, user: "postgres", database: "postgres", max: 1 });
  try {
    for (const role of roles.split(", ")) {
      await admin.unsafe(`CREATE ROLE ${role} LOGIN`);
    }
    await admin.unsafe("CREATE DATABASE shop");
  } finally {
    await admin.end();
  }
  const shop = connectToShop(address, { role: "postgres", applicationName: "migrations" });
  try {
    await shop.unsafe(schema);
  } finally {
    await shop.end();
  }
}

const schema = `
  CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL,
    status text NOT NULL DEFAULT 'new',
    note text NOT NULL DEFAULT '',
    ordered_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders,
    sku text NOT NULL,
    quantity integer NOT NULL,
    PRIMARY KEY (order_id, sku)
  );
  CREATE TABLE invoices (order_id bigint PRIMARY KEY REFERENCES orders);

  INSERT INTO orders (customer, note)
    SELECT 'customer ' || n, CASE WHEN n % 7 = 0 THEN 'please wrap as a gift' ELSE '' END
    FROM generate_series(1, 5000) AS n;
  INSERT INTO order_items
    SELECT n, 'sku-' || item, 1 + n % 3 FROM generate_series(1, 5000) AS n, generate_series(1, 4) AS item;
  INSERT INTO invoices SELECT n FROM generate_series(1, 100) AS n;

  GRANT SELECT, INSERT, UPDATE ON orders, order_items, invoices TO ${roles};
`;
