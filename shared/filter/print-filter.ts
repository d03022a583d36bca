import type { FieldValue, FilterCondition, FilterTree } from '../schema/index.ts';

const SIGNS = { eq: ':', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** A filter as the text that `parseFilter` reads as the same filter. */
export function printFilter(tree: FilterTree): string {
  if ('and' in tree) return tree.and.map(printPart).join(' AND ');
  if ('or' in tree) return tree.or.map(printPart).join(' OR ');
  if ('not' in tree) return `NOT ${printPart(tree.not)}`;
  return printCondition(tree);
}

/** A group within another one has parentheses, unless it has a single part. */
function printPart(tree: FilterTree): string {
  const parts = 'and' in tree ? tree.and.length : 'or' in tree ? tree.or.length : 1;
  return parts > 1 ? `(${printFilter(tree)})` : printFilter(tree);
}

function printCondition({ field, test }: FilterCondition): string {
  if (test.is === 'exists') return `${field}:*`;
  if (test.is === 'in') return `${field} IN (${test.values.map(printValue).join(', ')})`;
  return `${field}${SIGNS[test.is]}${printValue(test.value)}`;
}

function printValue(value: FieldValue): string {
  const text = String(value);
  // `*` alone stands for any value, and `=` after `>` belongs to the sign.
  if (/^[^\s()",*=][^\s()",]*$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
