import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReleasedCheckpoint } from '../../batch/checkpoint/released-checkpoint.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { openNpz } from '../../shared/formats/npy/npz.ts';
import { readCheckpoint } from '../../shared/formats/torch/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { readArray, readArrays, readLegacyCheckpoint, readSizes } from './golden-files.ts';

const shared = resolve(import.meta.dirname, '../../../shared');
const golden = join(shared, 'golden');
const photos = join(shared, 'photos');

const MODELS = ['released', 'neighbours'].flatMap((code) =>
  ['dense', 'sparse', 'unigru-lambda10', 'wide'].map((name) => join(code, name)),
);

/** Two large arrays are not printed when they differ: only the first difference is. */
function firstDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number | undefined {
  if (found.length !== expected.length) return Math.min(found.length, expected.length);
  for (let index = 0; index < found.length; index++)
    if (!Object.is(found[index], expected[index])) return index;
  return undefined;
}

describe.skipIf(!existsSync(golden)).each(MODELS)(
  'files of golden/%s, against an independent reading (skipped without ../shared/golden)',
  (model) => {
    const file = (path: string) => join(golden, model, path);

    it('arrays', async () => {
      for (const name of ['data/test_ims.npy', 'data/test_ims_bbx.npy']) {
        const expected = readArray(file(name));
        await withFileSource(file(name), async (source) => {
          const reader = await openNpy(source);
          expect(reader.shape).toEqual(expected.shape);
          const rows = expected.shape[0] ?? 0;
          expect(firstDifference(await reader.readRows(0, rows), expected.data)).toBeUndefined();
          const size = expected.data.length / rows;
          const some = await reader.readRows(3, 5);
          expect(firstDifference(some, expected.data.subarray(3 * size, 5 * size))).toBeUndefined();
        });
      }
    });

    it('sizes, structured or dicts', async () => {
      const expected = readSizes(file('data/test_ims_size.npy'));
      await withFileSource(file('data/test_ims_size.npy'), async (source) => {
        const reader = await openNpy(source);
        const [widths, heights] =
          reader.fields.length === 0
            ? ((objects) =>
                ['image_w', 'image_h'].map((key) =>
                  objects.map((size) => (size as Map<string, number>).get(key)),
                ))(await reader.readObjects())
            : await Promise.all(
                reader.fields.map(async ({ name }) => [
                  ...(await reader.readField(name, 0, expected.length)),
                ]),
              );
        expect(widths).toEqual(expected.map(({ width }) => width));
        expect(heights).toEqual(expected.map(({ height }) => height));
      });
    });

    const archives = ['outputs.npz', 'training.npz'].filter((name) => existsSync(file(name)));
    it.each(archives)('arrays of %s', async (name) => {
      const expected = readArrays(file(name));
      await withFileSource(file(name), async (source) => {
        const archive = await openNpz(source);
        expect(new Set(archive.names())).toEqual(new Set(expected.keys()));
        for (const [array, { shape, data }] of expected) {
          const reader = await archive.open(array);
          expect(reader.shape).toEqual(shape);
          expect(firstDifference(await reader.readRows(0, shape[0] ?? 1), data), array).toBeUndefined();
        }
      });
    });

    it.skipIf(!existsSync(file('protocol_released_sims.npy')))('a similarity matrix of float64', async () => {
      const bytes = readFileSync(file('protocol_released_sims.npy'));
      const expected = new Float64Array(Uint8Array.from(bytes.subarray(128)).buffer);
      await withFileSource(file('protocol_released_sims.npy'), async (source) => {
        const reader = await openNpy(source);
        expect([reader.dtype, reader.shape]).toEqual(['float64', [12, 60]]);
        expect(firstDifference(await reader.readNumbers(0, 12), expected)).toBeUndefined();
      });
    });

    it('checkpoints', async () => {
      const path = file('model_best.pth.tar');
      const found = readReleasedCheckpoint(path, await withFileSource(path, readCheckpoint));
      const expected = readReleasedCheckpoint(path, readLegacyCheckpoint(path));
      expect(found.config).toEqual(expected.config);
      expect([found.epoch, found.bestRsum]).toEqual([expected.epoch, expected.bestRsum]);
      expect([...found.parameters.keys()]).toEqual([...expected.parameters.keys()]);
      for (const [name, { shape, data }] of expected.parameters) {
        const parameter = found.parameters.get(name);
        expect(parameter?.shape, name).toEqual(shape);
        expect(firstDifference(parameter?.data ?? [], data), name).toBeUndefined();
      }
    });
  },
);

describe.skipIf(!existsSync(golden))("PyTorch's two formats (skipped without ../shared/golden)", () => {
  it('hold the same checkpoint', async () => {
    const read = async (name: string) => {
      const path = join(golden, 'released/dense', name);
      return readReleasedCheckpoint(path, await withFileSource(path, readCheckpoint));
    };
    const [legacy, zip] = [await read('model_best.pth.tar'), await read('model_best.zip.pth.tar')];
    expect(zip.config).toEqual(legacy.config);
    for (const [name, { shape, data }] of legacy.parameters) {
      expect(zip.parameters.get(name)?.shape).toEqual(shape);
      expect(firstDifference(zip.parameters.get(name)?.data ?? [], data), name).toBeUndefined();
    }
  });
});

describe.skipIf(!existsSync(photos))('files of the photographs (skipped without ../shared/photos)', () => {
  it.each(existsSync(photos) ? readdirSync(photos).filter((name) => name.endsWith('.npy')) : [])(
    '%s opens',
    async (name) => {
      await withFileSource(join(photos, name), async (source) => {
        const reader = await openNpy(source);
        expect(reader.shape[0]).toBe(name.startsWith('dev') ? 500 : 4000);
      });
    },
  );

  it.each(['model_self.pth.tar', 'model_neighbours.pth.tar'])('%s loads', async (name) => {
    const path = join(photos, name);
    const { config } = readReleasedCheckpoint(path, await withFileSource(path, readCheckpoint));
    expect(config).toMatchObject({
      imageFeatureSize: 512,
      jointSize: 256,
      bidirectional: true,
      softmaxTemperature: 20,
    });
  });

  it('a truncated checkpoint is refused, never partly read', async () => {
    const path = join(photos, 'model_self.pth.tar');
    const whole = await withFileSource(path, (source) => source.read(0, source.size));
    for (const share of [0, 0.001, 0.3, 0.9999]) {
      const cut = bytesSource(path, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(readCheckpoint(cut)).rejects.toMatchObject({ code: 'format_invalid' });
    }
  });
});
