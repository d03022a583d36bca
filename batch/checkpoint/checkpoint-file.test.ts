import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
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
