function refuse(): never {
  throw new TypeError("this map or set was given to read, not to change");
}

/** Freezes a value and all that it holds, maps and sets included: whoever changes any of it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map || value instanceof Set) {
    for (const [key, one] of value.entries()) {
      deepFreeze(key);
      deepFreeze(one);
    }
    const refused = { value: refuse };
    Object.defineProperties(value, { set: refused, add: refused, delete: refused, clear: refused });
  }
  for (const one of Object.values(value)) deepFreeze(one);
  return Object.freeze(value);
}
