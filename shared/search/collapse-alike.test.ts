import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapseAlike } from './collapse-alike.ts';

const images = fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), { maxLength: 90 });

describe('images that look alike', () => {
  it('become one: the first of each group, in its place, with all others counted and the next 20 named', () => {
    fc.assert(
      fc.property(images, (groups) => {
        const list = groups.map((group, id) => ({ id, group }));
        const firsts = collapseAlike(list, ({ group }) => group);
        const expected = list.filter(({ id, group }) => group === undefined || groups.indexOf(group) === id);
        expect(firsts.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        for (const { id, group, alike } of firsts) {
          const others = list.filter(
            (other) => group !== undefined && other.group === group && other.id !== id,
          );
          expect(alike).toEqual(
            others.length === 0 ? undefined : { count: others.length, images: others.slice(0, 20) },
          );
        }
      }),
    );
  });
});
