import { describe, expect, it } from 'vitest';
import { keysOf, testKey } from '../../test/support/keys.ts';
import { invalidity, readKeys, writeKeys } from './key-record.ts';

const page = await testKey('publishable', { origins: ['https://shop.example'], filter: 'tenant:acme' });
const server = await testKey('secret');

describe('a file of keys', () => {
  it('is read as it was written, also as JSON', () => {
    const records = [page.record, server.record];
    expect(readKeys(writeKeys(records), 'keys.json')).toEqual(records);
    expect(readKeys(keysOf(page, server), 'SEARCH_KEYS')).toEqual(records);
    expect(readKeys(keysOf(), 'SEARCH_KEYS')).toEqual([]);
  });

  it.each<readonly [object | string, RegExp]>([
    ['', /keys is not JSON/],
    ['{"keys": [', /not JSON/],
    [{}, /keys: format/],
    [{ ...keysOf(page), version: 2 }, /keys: version/],
    [keysOf(page, page), /keys: keys: has a key twice/],
    [keysOf({ record: { ...page.record, id: '0'.repeat(16) } }), /keys\.0\.id: is not the beginning of hash/],
    [keysOf({ record: { ...page.record, filter: 'tenant:' } }), /keys\.0\.filter: filter, character/],
    [
      keysOf({ record: { ...page.record, origins: ['https://shop.example/page'] } }),
      /keys\.0\.origins\.0: is no origin/,
    ],
    [keysOf({ record: { ...page.record, origins: [] } }), /keys\.0\.origins/],
    [
      keysOf({ record: { ...server.record, origins: ['https://shop.example'] } }),
      /keys\.0\.origins: belongs to publishable/,
    ],
    [keysOf({ record: { ...server.record, verify: undefined } }), /keys\.0\.verify/],
    [keysOf({ record: { ...page.record, until: 'tomorrow' } }), /keys\.0\.until/],
    [keysOf({ record: { ...page.record, perMinute: { costs: 1 } as object } }), /keys\.0\.perMinute/],
    [keysOf({ record: { ...page.record, orgins: [] } as never }), /keys\.0/],
  ])('that is wrong is refused with its place: %#', (content, message) => {
    expect(() => readKeys(content, 'keys')).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(message) }),
    );
  });
});

describe('the time of a key', () => {
  const [from, until] = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'];
  it.each([
    [{}, '2026-01-01T00:00:00Z', undefined],
    [{ from, until }, '2026-02-28T23:59:59Z', 'not valid yet'],
    [{ from, until }, from, undefined],
    [{ from, until }, until, 'expired'],
    [{ from, until, revoked: '2026-03-02T00:00:00Z' }, '2026-03-03T00:00:00Z', 'revoked'],
  ])('%j at %s: %s', (record, now, state) => {
    expect(invalidity(record, Date.parse(now))).toBe(state);
  });
});
