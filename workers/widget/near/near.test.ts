import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canDeny, denying, type Near, parseNear, printNear, without } from './near.ts';

const GENERATION = '0123456789012345';
const id = fc.nat({ max: 1_000_000 });
const generation = fc.stringMatching(/^[0-9a-f]{16}$/);
const like = fc.record({
  kind: fc.constant('like' as const),
  ids: fc.array(id, { minLength: 1, maxLength: 1 }),
  generation,
});
const not = fc.record({
  kind: fc.constant('not' as const),
  ids: fc.uniqueArray(id, { minLength: 1, maxLength: 8 }),
  generation,
});

describe('the images that a search goes by', () => {
  it('are read from an address as they were written, also if the generation has digits alone', () => {
    fc.assert(
      fc.property(fc.oneof(like, not), (near) => {
        expect(parseNear(printNear(near))).toEqual(near);
      }),
    );
    const digits: Near = { kind: 'not', ids: [3, 12], generation: GENERATION };
    expect(parseNear(printNear(digits))).toEqual(digits);
  });

  it.each([
    '',
    'like',
    `like-${GENERATION}`,
    `like-1-2-${GENERATION}`,
    `not--1-${GENERATION}`,
    'not-1-xyz',
    '1',
  ])('are none in %s', (text) => {
    expect(parseNear(text)).toBeUndefined();
  });

  it('are each denied once, up to eight, and taken back one by one', () => {
    fc.assert(
      fc.property(not, id, (near, other) => {
        if (!canDeny(near)) return;
        const more = denying(near, other, near.generation);
        expect(new Set(more.ids)).toEqual(new Set([...near.ids, other]));
        expect(new Set(more.ids).size).toBe(more.ids.length);
        expect(parseNear(printNear(more))).toEqual(more);
        expect(without(more, other).ids).toEqual(near.ids.filter((kept) => kept !== other));
      }),
    );
    expect(printNear(without({ kind: 'not', ids: [1], generation: GENERATION }, 1))).toBe('');
    const full: Near = { kind: 'not', ids: [1, 2, 3, 4, 5, 6, 7, 8], generation: GENERATION };
    expect(canDeny(full)).toBe(false);
    expect(canDeny({ kind: 'like', ids: [1], generation: GENERATION })).toBe(false);
  });
});
