import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../test/support/data-folder.ts';
import { type EvaluationRequest, openEvaluation } from './open-evaluation.ts';

const golden = resolve(import.meta.dirname, '../../../shared/golden/neighbours');

function request(model: string, changes: Partial<EvaluationRequest>): EvaluationRequest {
  return {
    checkpoint: join(golden, model, 'model_best.pth.tar'),
    folder: join(golden, model, 'data'),
    split: 'test',
    propagation: 'neighbours',
    backend: 'wasm',
    protocol: 'clean',
    fold5: false,
    ...changes,
  };
}

/** The named files of a golden data folder in a new folder. */
function withData<T>(
  model: string,
  names: readonly string[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const files = names.map((name) => [name, readFileSync(join(golden, model, 'data', name))] as const);
  return withFolder(new Map(files), use);
}

const IMAGES = ['test_ims.npy', 'test_ims_bbx.npy', 'test_ims_size.npy'];

describe.skipIf(!existsSync(golden))('openEvaluation (skipped without ../shared/golden)', () => {
  it('refuses features of another size than the model takes', async () => {
    const opening = openEvaluation(request('dense', { folder: join(golden, 'wide', 'data') }));
    await expect(opening).rejects.toMatchObject({
      code: 'shape_mismatch',
      message: expect.stringMatching(/test_ims\.npy has 512 features .* takes 48/),
    });
  });

  it('refuses a split without captions', async () => {
    await withData('sparse', IMAGES, (folder) =>
      expect(openEvaluation(request('sparse', { folder }))).rejects.toMatchObject({
        code: 'file_missing',
        message: expect.stringMatching(/test_precaps_stan\.txt/),
      }),
    );
  });

  it('refuses a sparse model without parses only if they matter', async () => {
    await withData('sparse', [...IMAGES, 'test_precaps_stan.txt'], async (folder) => {
      await expect(openEvaluation(request('sparse', { folder }))).rejects.toMatchObject({
        code: 'file_missing',
        message: expect.stringMatching(/test_caps\.json/),
      });
      const evaluation = await openEvaluation(request('sparse', { folder, propagation: 'self' }));
      expect(evaluation.split.images).toBe(12);
      await evaluation.close();
    });
  });

  it("refuses a vocabulary of another size than the model's", async () => {
    const words = ['<pad>', '<start>', '<end>', '<unk>', 'dog'];
    const vocabulary = JSON.stringify({
      word2idx: Object.fromEntries(words.map((word, id) => [word, id])),
      idx2word: Object.fromEntries(words.map((word, id) => [id, word])),
      idx: words.length,
    });
    await withFolder(new Map([['vocab.json', vocabulary]]), (folder) =>
      expect(
        openEvaluation(request('dense', { vocabulary: join(folder, 'vocab.json') })),
      ).rejects.toMatchObject({
        code: 'shape_mismatch',
        message: expect.stringMatching(/vocab\.json has 5 words/),
      }),
    );
  });

  it('refuses folds of images that do not divide by five', async () => {
    await expect(openEvaluation(request('dense', { fold5: true }))).rejects.toMatchObject({
      code: 'argument_invalid',
    });
  });
});
