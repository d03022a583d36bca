import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeBase64 } from './base64.ts';

it('is what Node makes of the same bytes, by either way', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40_000 }), (bytes) => {
      const expected = Buffer.from(bytes).toString('base64');
      expect(encodeBase64(bytes)).toBe(expected);
      const own = Object.assign(bytes.slice(), { toBase64: () => 'its own' });
      expect(encodeBase64(own)).toBe('its own');
    }),
    { numRuns: 50 },
  );
});
