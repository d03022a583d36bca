import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { MODEL_FOLDER, readPhotoModel } from './model-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'photo-model-'));
  cpSync(MODEL_FOLDER, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const network = () => join(folder, 'efficientnet-lite2.onnx');
const record = () => join(folder, 'efficientnet-lite2.json');

describe('readPhotoModel', () => {
  it('reads the network that ships, and its checksum', async () => {
    const { bytes, sha256 } = await readPhotoModel(folder);
    expect(bytes.length).toBeGreaterThan(12_000_000);
    expect(sha256).toBe((JSON.parse(readFileSync(record(), 'utf8')) as { sha256: string }).sha256);
  });

  it('refuses a network of which one bit is another', async () => {
    const bytes = readFileSync(network());
    bytes[6_000_000] = (bytes[6_000_000] ?? 0) ^ 1;
    writeFileSync(network(), bytes);
    await expect(readPhotoModel(folder)).rejects.toMatchObject({
      code: 'checksum_mismatch',
      message: expect.stringContaining(network()),
      hint: expect.stringContaining('convert:photo-model'),
    });
  });

  it('refuses a network that is cut, and one that is missing', async () => {
    truncateSync(network(), 1000);
    expect(await errorCode(readPhotoModel(folder))).toBe('checksum_mismatch');
    rmSync(network());
    expect(await errorCode(readPhotoModel(folder))).toBe('file_missing');
  });

  it.each(['{}', '{"format": "gsmn-photo-model", "version": 2, "sha256": ""}'])(
    'refuses a record that says nothing it knows: %s',
    async (text) => {
      writeFileSync(record(), text);
      expect(await errorCode(readPhotoModel(folder))).toBe('format_invalid');
    },
  );
});
