/** A message of a server: its type, and its parts one behind the other. */
export function serverMessage(type: string, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A number of 32 bits, as the protocol writes it. */
export function int32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

/** A number of 16 bits, as the protocol writes it. */
export function int16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}

/** A request to log in. */
export function loginRequest(number: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  return serverMessage("R", int32(number), ...parts);
}

/** The server is ready for a query. */
export const ready = serverMessage("Z", "I");

/** The server lets us in, and is ready for a query. */
export const welcome = Buffer.concat([loginRequest(0), serverMessage("K", int32(7), int32(8)), ready]);

/** Columns of these names; of type text, unless another is given. */
export function rowDescription(names: readonly string[], type = 25): Buffer {
  const columns = names.map((name) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(0), int32(-1), int16(0)]),
  );
  return serverMessage("T", int16(names.length), ...columns);
}

/** A row of these values. */
export function dataRow(values: readonly (string | null)[]): Buffer {
  const cells = values.map((value) =>
    value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  );
  return serverMessage("D", int16(values.length), ...cells);
}
