import type { JsonLoss } from './json-losses.ts';

/** What a person would lose, and what to do about it. */
export function describeLoss({ kind, path, written }: JsonLoss): { what: string; hint: string } {
  if (kind === 'repeated') return { what: `"${path}" is given more than once`, hint: 'give it once' };
  const number = written.length > 40 ? `${written.slice(0, 40)}…` : written;
  const why = kind === 'rounded' ? 'which would be rounded' : 'which is beyond the range of numbers';
  return {
    what: `${path === '' ? 'it' : `"${path}"`} is ${number}, ${why}`,
    hint: `write it as a string: "${number}"`,
  };
}
