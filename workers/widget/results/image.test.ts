import { describe, expect, it } from 'vitest';
import { readable } from './image.ts';

describe('readable', () => {
  it.each([
    ['On the beach , a boy sits .', 'On the beach, a boy sits.'],
    ['Two dogs run', 'Two dogs run'],
    ['He waits . She comes !', 'He waits. She comes!'],
    ['a .5 litre bottle', 'a .5 litre bottle'],
    ['', ''],
  ])('joins the punctuation of %j to its words', (caption, text) => {
    expect(readable(caption)).toBe(text);
  });
});
