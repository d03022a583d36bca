import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { float16BitsToFloat32, float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import { openSafetensors, writeSafetensors } from '../../shared/formats/safetensors/index.ts';
import { withFolder } from '../../test/support/data-folder.ts';
import { seededRandom } from '../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../test/support/random-model.ts';
import { type CheckpointFile, readCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { convertCheckpoint } from './convert-checkpoint.ts';
import { loadNetwork } from './load-network.ts';

const golden = resolve(import.meta.dirname, '../../../shared/golden');
const config = smallConfig({ propagation: 'neighbours' });

function checkpoint(state: boolean): CheckpointFile {
  const parameters = randomParameters(seededRandom(9), config);
  const moments = [...parameters].map(
    ([name, { data }]) =>
      [name, { first: data.map((value) => value / 3), second: data.map((value) => value * value) }] as const,
  );
  return {
    config,
    parameters,
    options: { margin: 0.2, max_violation: true, data_name: 'x', resume: null },
    epoch: 3,
    steps: 120,
    bestRsum: 231.5,
    position: state ? { batchInEpoch: 7, updates: 120, settings: { seed: 4 } } : null,
    moments: state ? new Map(moments) : new Map(),
  };
}

const inFolder = (use: (path: string) => Promise<void>): Promise<void> =>
  withFolder(new Map(), (folder) => use(join(folder, 'x.safetensors')));

describe('a checkpoint in our own format', () => {
  it.each([true, false])('is read as it was written (a state: %s)', (state) =>
    inFolder(async (path) => {
      await writeCheckpointFile(path, checkpoint(state));
      expect(await readCheckpointFile(path)).toEqual(checkpoint(state));
    }),
  );

  it('has the same bytes for the same contents', () =>
    inFolder(async (path) => {
      await writeCheckpointFile(path, checkpoint(true));
      const first = readFileSync(path);
      await writeCheckpointFile(path, checkpoint(true));
      expect(readFileSync(path).equals(first)).toBe(true);
    }));

  it('is refused if one number was changed', () =>
    inFolder(async (path) => {
      await writeCheckpointFile(path, checkpoint(false));
      const bytes = readFileSync(path);
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
      writeFileSync(path, bytes);
      await expect(readCheckpointFile(path)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    }));

  /** Rewrites the file like a program that keeps the metadata and converts the numbers. */
  async function convert(path: string, type: 'F16' | 'BF16'): Promise<void> {
    const reader = await openSafetensors(bytesSource(path, readFileSync(path)));
    const tensors = new Map<string, { shape: readonly number[]; data: Uint16Array }>();
    for (const name of reader.tensors.keys()) {
      const { shape, data } = await reader.read(name);
      const wide = Float32Array.from(data);
      const bfloat = Uint16Array.from(new Uint32Array(wide.buffer), (bits) => bits >>> 16);
      tensors.set(name, { shape, data: type === 'F16' ? float32ToFloat16Bits(wide) : bfloat });
    }
    const text = Buffer.from(writeSafetensors(tensors, Object.fromEntries(reader.metadata))).toString(
      'latin1',
    );
    // The same length, so that the header stays right.
    const bfloats = text.replaceAll('"dtype":"F16"', '"dtype":"BF16"').replace(/^.{8}/s, (length) => {
      const bytes = Buffer.from(length, 'latin1');
      bytes.writeBigUInt64LE(bytes.readBigUInt64LE() + BigInt(tensors.size));
      return bytes.toString('latin1');
    });
    writeFileSync(path, type === 'F16' ? text : bfloats, 'latin1');
  }

  it.each([
    ['F16', (data: Float32Array) => float16BitsToFloat32(float32ToFloat16Bits(data))],
    [
      'BF16',
      (data: Float32Array) =>
        new Float32Array(new Uint32Array(data.slice().buffer).map((bits) => bits & 0xffff0000).buffer),
    ],
  ] as const)('is read with the numbers of a file that was converted to %s', (type, rounded) =>
    inFolder(async (path) => {
      const written = checkpoint(true);
      await writeCheckpointFile(path, written);
      await convert(path, type);
      const { parameters, moments } = await readCheckpointFile(path);
      for (const [name, { data }] of written.parameters) {
        expect(parameters.get(name)?.data).toEqual(rounded(data));
      }
      expect(moments.size).toBe(written.parameters.size);
    }),
  );

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
    'is refused with %d, and names file, tensor and place',
    (value) =>
      inFolder(async (path) => {
        const written = checkpoint(false);
        const name = 'image_encoder.fc.weight';
        const { shape, data } = written.parameters.get(name) ?? { shape: [1, 1], data: new Float32Array(1) };
        data[(shape[1] ?? 0) + 2] = value;
        await writeCheckpointFile(path, written);
        await expect(loadNetwork(path)).rejects.toMatchObject({
          code: 'format_invalid',
          message: `${path}: tensor "${name}" holds ${value} at [1, 2], and 1 of its ${data.length} numbers are not finite`,
        });
      }),
  );

  it.each([
    ['gsmn-checkpoint', 'xsmn-checkpoint', 'format_invalid'],
    ['"version":"1"', '"version":"7"', 'format_unsupported'],
    ['\\"jointSize\\":', '\\"jointSizE\\":', 'format_invalid'],
    ['"steps":"120"', '"steps":"1x0"', 'format_invalid'],
  ])('is refused with %s as %s', (from, to, code) =>
    inFolder(async (path) => {
      await writeCheckpointFile(path, checkpoint(false));
      const text = readFileSync(path, 'latin1');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to), 'latin1');
      await expect(readCheckpointFile(path)).rejects.toMatchObject({ code });
    }),
  );

  it.each(['legacy', 'zip'] as const)(
    'goes to the released layout (%s) and back without a change',
    (format) =>
      inFolder(async (path) => {
        const { parameters, options, epoch, steps, bestRsum } = checkpoint(false);
        await writeCheckpointFile(path, checkpoint(true));
        const released = path.replace('.safetensors', '.pth.tar');
        await convertCheckpoint(path, released, format);
        const back = path.replace('x.safetensors', 'back.safetensors');
        await convertCheckpoint(released, back, format);
        const found = await readCheckpointFile(back);
        expect(found).toMatchObject({ config, epoch, steps, bestRsum, position: null });
        expect(found.parameters).toEqual(parameters);
        expect(found.options).toMatchObject(options);
        expect((await loadNetwork(released)).config).toEqual(config);
      }),
  );

  it('has no format for any other name', () =>
    inFolder(async (path) => {
      await expect(convertCheckpoint(path, 'model.bin', 'legacy')).rejects.toMatchObject({
        code: 'argument_invalid',
      });
    }));

  it.skipIf(!existsSync(golden))('converts a released checkpoint (skipped without ../shared/golden)', () =>
    inFolder(async (path) => {
      const source = join(golden, 'neighbours/sparse/model_best.pth.tar');
      await convertCheckpoint(source, path, 'legacy', { propagation: 'neighbours' });
      const [before, after] = [await loadNetwork(source, 'neighbours'), await loadNetwork(path)];
      expect(after.config).toEqual(before.config);
      expect(after.parameters).toEqual(before.parameters);
      expect(after.epoch).toBe(before.epoch);
    }),
  );
});
