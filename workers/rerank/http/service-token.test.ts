import { describe, expect, it } from 'vitest';
import { assertServiceToken } from './service-token.ts';

const TOKEN = 'correct horse';

describe('assertServiceToken', () => {
  it.each(['Bearer correct horse', 'bearer correct horse', 'Bearer  correct horse'])(
    'takes "%s"',
    (header) => {
      expect(() => assertServiceToken(header, TOKEN)).not.toThrow();
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'correct horse',
    'Basic correct horse',
    'Bearer correct hors',
    'Bearer correct horse ',
    'Bearer wrong',
  ])('refuses "%s"', (header) => {
    expect(() => assertServiceToken(header, TOKEN)).toThrowError(
      expect.objectContaining({ code: 'unauthorized' }),
    );
  });
});
