import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

describe('the package workerd', () => {
  it('is the one that wrangler deploys for, so that the worker runs the same here, and is installed once', () => {
    const require = createRequire(import.meta.url);
    const ofWrangler = createRequire(require.resolve('wrangler/package.json'));
    const { version } = z.object({ version: z.string() }).parse(require('workerd/package.json'));
    expect(ofWrangler('workerd/package.json')).toMatchObject({ version });
  });
});
