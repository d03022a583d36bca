import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concatenateEncoders } from '../../shared/retrieval/concatenated.ts';
import { errorCode } from '../../test/support/error-code.ts';
import { seededRandom } from '../../test/support/random.ts';
import { randomWordSum } from '../../test/support/random-word-sum.ts';
import { readStoredRecall, writeStoredRecall } from './stored-recall.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stored-recall-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a recall encoder on its own', () => {
  it('is read as it was written', async () => {
    const random = seededRandom(20261204);
    const stored = concatenateEncoders([
      { weight: 1, stored: randomWordSum(random) },
      { weight: 0.5, stored: randomWordSum(random, 3) },
    ]);
    await writeStoredRecall(folder, stored);
    const read = await readStoredRecall(folder);
    expect(read.config).toEqual(stored.config);
    expect(read.tensors).toEqual(stored.tensors);
  });

  it('is refused by name where it is missing', async () => {
    expect(await errorCode(readStoredRecall(folder))).toBe('file_missing');
  });
});
