import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupAlike } from './group-alike.ts';

const hex = (value: bigint) => BigInt.asUintN(64, value).toString(16).padStart(16, '0');
const flip = (value: bigint, places: readonly number[]) =>
  places.reduce((bits, place) => bits ^ (1n << BigInt(place)), value);

/** The same by comparing all pairs, until nothing changes. */
function groupByAllPairs(hashes: readonly (string | undefined)[], bits: number): number[] {
  const groups = hashes.map((_, index) => index);
  const distance = (a: string, b: string) =>
    (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
  for (let changed = true; changed; ) {
    changed = false;
    for (const [a, hashA] of hashes.entries()) {
      for (const [b, hashB] of hashes.entries()) {
        if (hashA === undefined || hashB === undefined || distance(hashA, hashB) > bits) continue;
        const first = Math.min(groups[a] ?? a, groups[b] ?? b);
        if (groups[a] !== first || groups[b] !== first) changed = true;
        groups[a] = first;
        groups[b] = first;
      }
    }
  }
  return groups;
}

describe('groupAlike', () => {
  it('groups by few differing bits, and over others in between', () => {
    const base = 0x0123_4567_89ab_cdefn;
    const near = [base, flip(base, [0, 9, 18]), ~base, flip(base, [0, 9, 18, 27, 36, 45]), flip(~base, [63])];
    expect([...groupAlike([undefined, ...near.map(hex), undefined], 3)]).toEqual([0, 1, 1, 3, 1, 3, 6]);
  });

  it('finds the groups that comparing all pairs finds', () => {
    const hashes = fc.array(
      fc.oneof(
        { weight: 1, arbitrary: fc.constant(undefined) },
        {
          weight: 9,
          arbitrary: fc
            .tuple(
              fc.constantFrom(0n, 0xffff_0000_ffff_0000n, 0x8000_0000_0000_0001n),
              fc.array(fc.nat(63), { maxLength: 12 }),
            )
            .map(([base, places]) => hex(flip(base, places))),
        },
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(hashes, fc.constantFrom(0, 3, 7), (list, bits) => {
        expect([...groupAlike(list, bits)]).toEqual(groupByAllPairs(list, bits));
      }),
    );
  });

  it('takes any number of equal hashes', () => {
    const groups = groupAlike(
      Array.from({ length: 50_000 }, (_, index) => hex(BigInt(index % 2) * 0xffff_ffffn)),
    );
    expect(groups.every((group, index) => group === index % 2)).toBe(true);
  });
});
