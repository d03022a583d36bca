import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suggest } from './suggest.ts';

const RECENT = ['Two dogs run', 'a red ball'];
const EXAMPLES = ['a dog catches a ball', 'two dogs RUN', 'a horse'];

describe('suggest', () => {
  it.each([
    ['', ['Two dogs run', 'a red ball', 'a dog catches a ball', 'a horse']],
    ['dog', ['Two dogs run', 'a dog catches a ball']],
    ['BALL a', ['a red ball', 'a dog catches a ball']],
    ['og', []],
    // What is written already is no proposal, however it is written.
    [' A  horse ', []],
    ['ｒｅｄ', ['a red ball']],
  ])('proposes for %j', (written, proposed) => {
    expect(suggest(written, RECENT, EXAMPLES)).toEqual(proposed);
  });

  it('proposes sentences that were given, at most 8, none twice, whatever is written', () => {
    const sentences = fc.array(fc.string(), { maxLength: 30 });
    fc.assert(
      fc.property(fc.string(), sentences, sentences, (written, recent, examples) => {
        const proposed = suggest(written, recent, examples);
        expect(proposed.length).toBeLessThanOrEqual(8);
        expect(new Set(proposed).size).toBe(proposed.length);
        for (const sentence of proposed) expect([...recent, ...examples]).toContain(sentence);
      }),
    );
  });
});
