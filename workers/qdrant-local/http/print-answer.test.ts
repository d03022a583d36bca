import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slices } from '../scheduling/slices.ts';
import { printAnswer } from './print-answer.ts';

const slices = () => new Slices(new AbortController().signal);

describe('printAnswer', () => {
  it('prints what JSON.stringify prints, large ids exactly, and vectors when it comes to them', async () => {
    const point = fc.record({ id: fc.nat(), payload: fc.dictionary(fc.string(), fc.jsonValue()) });
    const page = fc.record({ points: fc.array(point), next_page_offset: fc.option(fc.nat()) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), page, fc.array(page), fc.array(point)), async (result) => {
        expect(await printAnswer(result, slices())).toBe(JSON.stringify(result));
      }),
    );
    const result = { points: [{ id: 2n ** 63n, vector: () => [1, 0.5] }], next_page_offset: 2n ** 63n };
    expect(await printAnswer(result, slices())).toBe(
      '{"points":[{"id":9223372036854775808,"vector":[1,0.5]}],"next_page_offset":9223372036854775808}',
    );
  });

  it('refuses a text that is too long before the rest is made', async () => {
    let made = 0;
    const points = Array.from({ length: 1000 }, (_, id) => ({
      id,
      vector: () => {
        made++;
        return [0.25, 0.5];
      },
    }));
    await expect(printAnswer({ points }, slices(), 300)).rejects.toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining('300 characters'),
      hint: expect.stringContaining('fewer points'),
    });
    expect(made).toBeLessThan(20);
  });
});
