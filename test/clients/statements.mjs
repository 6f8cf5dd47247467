/** The statements that several order services make. */

// Whoever pays skips what others have locked: no service here waits for another.
export const payAnOrder =
  "UPDATE orders SET status = 'paid' WHERE id =" +
  " (SELECT id FROM orders WHERE status = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)";
export const placeAnOrder = "INSERT INTO orders (customer) VALUES ('a customer')";
export const placeAnOrderTwice = "INSERT INTO orders (id, customer) VALUES (1, 'a customer')";
export const findAnOrder = "SELECT id, customer, status FROM orders WHERE id = $1";
export const ordersToExport = "SELECT id, customer, status FROM orders ORDER BY id LIMIT 1000";
// Many times what the buffers between server and client hold.
export const allPairs = "SELECT a.*, b.customer FROM orders AS a CROSS JOIN orders AS b";
export const slowReport = "SELECT count(*) FROM orders, pg_sleep(3)";
export const countTheStock = "SELECT count(*) FROM orders, pg_sleep(0.3)";
export const holdTheLock = "SELECT pg_advisory_lock(hashtext(current_setting('application_name')))";
/** In the words of the audit. */
export const myStart =
  "SELECT to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') AS backend_start" +
  " FROM pg_stat_activity WHERE pid = pg_backend_pid()";
