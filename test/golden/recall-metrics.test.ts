import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  type DirectionMetrics,
  evenCaptionImages,
  recallMetrics,
  releasedLines,
} from '../../shared/retrieval/index.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');
const FIVE_EACH = evenCaptionImages(12, 5);
const models = ['dense', 'sparse', 'unigru-lambda10', 'wide'];

/** Numbers of a plain .npy file, deliberately read without the project's own reader. */
function numbers(bytes: Uint8Array): Float32Array {
  const copy = Uint8Array.from(bytes); // a Buffer shares its memory with others
  const headerEnd = 10 + new DataView(copy.buffer).getUint16(8, true);
  const header = new TextDecoder().decode(copy.subarray(10, headerEnd));
  const data = copy.buffer.slice(headerEnd);
  if (header.includes("'<f4'")) return new Float32Array(data);
  if (header.includes("'<f8'")) return Float32Array.from(new Float64Array(data));
  throw new Error(`unexpected dtype: ${header}`);
}

function json(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

function asExpected({ r1, r5, r10, median, mean, ranks }: DirectionMetrics): object {
  return { metrics: [r1, r5, r10, median, mean], ranks: [...ranks] };
}

describe.skipIf(!existsSync(root))('recall@K of the released evaluation (needs ../shared/golden)', () => {
  it.each(['released', 'neighbours'].flatMap((code) => models.map((model) => join(code, model))))(
    '%s: equal metrics and ranks',
    (folder) => {
      const sims = unzipSync(readFileSync(join(root, folder, 'outputs.npz')))['sims.npy'];
      const metrics = recallMetrics(numbers(sims ?? new Uint8Array()), 12, FIVE_EACH);
      const expected = json(join(root, folder, 'expected.json'));
      expect(asExpected(metrics.imageToText)).toEqual(expected.i2t);
      expect(asExpected(metrics.textToImage)).toEqual(expected.t2i);
    },
  );

  it.each(models.filter((model) => model !== 'wide'))('%s: prints the same lines', (model) => {
    const folder = join(root, 'released', model);
    const scores = numbers(readFileSync(join(folder, 'protocol_released_sims.npy')));
    expect(releasedLines(recallMetrics(scores, 12, FIVE_EACH))).toEqual(
      json(join(folder, 'protocol_released.json')).printed,
    );
  });
});
