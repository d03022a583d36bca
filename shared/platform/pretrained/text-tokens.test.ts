import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textTokens } from './text-tokens.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/pretrained');

function tokenizerOf(name: string) {
  const json = (file: string): unknown => JSON.parse(readFileSync(join(FIXTURES, name, file), 'utf8'));
  return { json: json('tokenizer.json'), config: json('tokenizer_config.json') };
}

const [clip, siglip] = [tokenizerOf('tiny-clip'), tokenizerOf('tiny-siglip')];
/** The ids of what begins and ends texts in the fixtures. */
const [BEGIN, END] = [0, 1];

describe('the tokens of a text', () => {
  it('of CLIP are at most as many as the model takes, and begin and end as all texts do', () => {
    const tokens = textTokens(clip, { tokens: 12, padToken: undefined, lowers: false }, undefined, 'here');
    const whole = textTokens(clip, { tokens: 10_000, padToken: undefined, lowers: false }, undefined, 'here');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const { ids, own } = tokens(text);
        const all = whole(text).ids;
        expect(ids.length).toBe(Math.min(12, all.length));
        expect(own).toBe(ids.length);
        expect([ids[0], ids.at(-1)]).toEqual([BEGIN, END]);
        expect(ids.slice(0, -1)).toEqual(all.slice(0, ids.length - 1));
      }),
    );
  });

  it('of SigLIP are always as many as the model takes', () => {
    const tokens = textTokens(siglip, { tokens: 16, padToken: '</s>', lowers: true }, 16, 'here');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const { ids, own } = tokens(text);
        expect(ids).toHaveLength(16);
        expect(own).toBeGreaterThan(0);
        expect(ids.slice(own - 1).every((id) => id === END)).toBe(true);
        expect(tokens(text.toLowerCase()).ids).toEqual(ids);
      }),
    );
  });

  it.each([
    ['a damaged file', { json: { version: '1.0' }, config: {} }, '</s>', 'format_unsupported'],
    ['no JSON object', { json: undefined, config: undefined }, '</s>', 'format_unsupported'],
    ['no token to fill up with', siglip, undefined, 'format_invalid'],
    ['an unknown token to fill up with', siglip, '<nothing>', 'format_invalid'],
  ])('are refused for %s', (_, tokenizer, padToken, code) => {
    expect(() => textTokens(tokenizer, { tokens: 16, padToken, lowers: true }, 16, 'here')).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
