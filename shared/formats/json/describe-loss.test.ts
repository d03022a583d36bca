import { describe, expect, it } from 'vitest';
import { describeLoss } from './describe-loss.ts';
import { jsonLosses } from './json-losses.ts';

describe('describeLoss', () => {
  it('names the member and the number, and says how to keep it', () => {
    const [loss] = jsonLosses('{"photo": {"id": 12345678901234567890}}');
    expect(loss && describeLoss(loss)).toEqual({
      what: '"photo.id" is 12345678901234567890, which would be rounded',
      hint: 'write it as a string: "12345678901234567890"',
    });
  });
});
