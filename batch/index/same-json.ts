/** Numbers that were printed and read again by another program may differ in their last digit. */
const LAST_DIGIT = 1e-14;

/** Whether two JSON values are equal, in any order of keys. Integers that the client returns as `bigint` count as numbers. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (isNumber(one) && isNumber(other)) {
    const [a, b] = [Number(one), Number(other)];
    return a === b || Math.abs(a - b) <= LAST_DIGIT * Math.max(Math.abs(a), Math.abs(b));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
  );
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
