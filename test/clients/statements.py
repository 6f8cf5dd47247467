"""The statements of several order services. None has a parameter: each driver writes those in its own way."""

# Whoever pays skips what others have locked: no service here waits for another.
PAY_AN_ORDER = (
    "UPDATE orders SET status = 'paid' WHERE id ="
    " (SELECT id FROM orders WHERE status = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)"
)
PLACE_AN_ORDER = "INSERT INTO orders (customer) VALUES ('a customer')"
PLACE_AN_ORDER_TWICE = "INSERT INTO orders (id, customer) VALUES (1, 'a customer')"
ORDERS_TO_EXPORT = "SELECT id, customer, status FROM orders ORDER BY id LIMIT 1000"
# Many times what the buffers between server and client hold.
ALL_PAIRS = "SELECT a.*, b.* FROM orders AS a CROSS JOIN orders AS b"
SLOW_REPORT = "SELECT count(*) FROM orders, pg_sleep(3)"
HOLD_THE_LOCK = "SELECT pg_advisory_lock(hashtext(current_setting('application_name')))"
LISTEN = "LISTEN orders"
