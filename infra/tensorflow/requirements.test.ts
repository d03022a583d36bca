import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { assertPlatform, assertSpace, findTools } from './requirements.ts';

describe("the requirements of TensorFlow's set-up", () => {
  it.each([
    ['darwin', 'arm64', false],
    ['linux', 'arm64', true],
    ['linux', 'x64', false],
  ] as const)('are not met on %s %s (glibc: %s)', (platform, arch, glibc) => {
    expect(() => assertPlatform(platform, arch, glibc)).toThrow(
      expect.objectContaining({
        code: 'backend_unavailable',
        message: expect.stringContaining(platform),
        hint: expect.stringContaining('wasm'),
      }),
    );
  });

  it('are met on linux x64', () => expect(() => assertPlatform('linux', 'x64', true)).not.toThrow());

  it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
    'name the missing compiler (skipped except on linux x64)',
    async () => {
      await expect(findTools('no-such-compiler')).rejects.toMatchObject({
        code: 'backend_unavailable',
        message: expect.stringContaining('no-such-compiler'),
        hint: expect.stringContaining('CXX'),
      });
    },
  );

  it('say how much space is missing', async () => {
    await expect(assertSpace(tmpdir(), 2 ** 62)).rejects.toMatchObject({
      code: 'file_unwritable',
      message: expect.stringContaining('4294967296.0'),
    });
    await assertSpace(tmpdir(), 1);
  });
});
