import { expect, it } from 'vitest';
import { speak } from '../texts/say.ts';
import { percent } from './percent.ts';

it.each([
  [0, '0%'],
  [0.0024, '<1%'],
  [0.005, '1%'],
  [0.314, '31%'],
  [0.994, '99%'],
  [0.996, '>99%'],
  [1, '100%'],
])('%f is %s', (share, text) => {
  expect(percent(share, speak('en', {}))).toBe(text);
});
