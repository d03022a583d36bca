import type { SearchLine } from '../../../shared/observe/query-log-line.ts';

/** Addresses of mail, and names of accounts: an @ before or behind a character of a name. */
const ACCOUNT = /[\p{L}\p{N}._%+-]@|@[\p{L}\p{N}_]/u;
/** A link may hold anything, tokens too. */
const LINK = /\bhttps?:|\bwww\./iu;
/**
 * Six digits or more with nothing but signs between them: telephones, accounts, dates of birth, numbers of people and parcels. Years and counts
 * stay.
 */
const NUMBER = /\p{Nd}(?:[\s().,/:_+-]*\p{Nd}){5}/u;

/**
 * Why a query must not be kept, if it looks like something that tells who somebody is. A name alone cannot be told from
 * other words and is not found; full-width and other digits are digits.
 */
export function personalData(query: string): SearchLine['withheld'] {
  const plain = query.normalize('NFKC').replace(/\p{Cf}/gu, '');
  if (ACCOUNT.test(plain)) return 'account';
  if (LINK.test(plain)) return 'link';
  return NUMBER.test(plain) ? 'number' : undefined;
}
