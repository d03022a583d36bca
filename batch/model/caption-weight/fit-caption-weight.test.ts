import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../shared/generation/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { smallProject } from '../../../test/support/small-index.ts';
import { silentReport } from '../../report.ts';
import { fitCaptionWeight } from './fit-caption-weight.ts';
import { fitCaptions } from './fit-captions.ts';
import type { ToldImages } from './told-images.ts';

const SEED = 20_261_129;
const IMAGES = 40;

/** Three captions of each image and two nouns; captions tell the own image from others by `signal`. */
function told(signal: number): ToldImages {
  const random = seededRandom(SEED);
  const captionQueries = 3 * IMAGES;
  const queries = [
    ...Array.from({ length: captionQueries }, (_, query) => ({
      text: `caption ${query}`,
      relevant: new Set([Math.floor(query / 3)]),
    })),
    { text: 'first', relevant: new Set([0, 1, 2, 3]) },
    { text: 'last', relevant: new Set([38, 39]) },
  ];
  const scores = (own: number): Float32Array =>
    randomNumbers(random, IMAGES * queries.length).map((value, pair) => {
      const fits = queries[pair % queries.length]?.relevant.has(Math.floor(pair / queries.length));
      return value + (fits ? own : 0);
    });
  return { images: IMAGES, queries, captionQueries, pixels: scores(1), captions: scores(signal) };
}

describe('the weight of captions', () => {
  it('is more than nothing where they tell images apart, and finds more than each channel', () => {
    const { captionWeight, halves, figures } = fitCaptionWeight(told(1), 2);
    expect(captionWeight).toBeGreaterThan(0);
    expect(halves.every((weight) => weight > 0)).toBe(true);
    const [pixels, captions, both] = figures;
    for (const channel of [pixels, captions]) {
      expect(both?.r1).toBeGreaterThan(channel?.r1 ?? Number.NaN);
      expect(both?.p10).toBeGreaterThanOrEqual(channel?.p10 ?? Number.NaN);
    }
  });

  it('is nothing where they say nothing', () => {
    expect(fitCaptionWeight(told(0), 2).captionWeight).toBe(0);
  });

  it('is in units of a cosine', () => {
    const one = fitCaptionWeight(told(1), 1).captionWeight;
    expect(fitCaptionWeight(told(1), 4).captionWeight).toBeCloseTo(one / 4, 10);
    expect(() => fitCaptionWeight(told(1), 0)).toThrow(expect.objectContaining({ code: 'argument_invalid' }));
  });

  it('is written into the model folder, of which nothing else changes', async () => {
    const project = await smallProject({ dev: 32, small: 8 });
    try {
      const lines = Array.from({ length: 32 * 5 }, (_, caption) => `a dog of ${Math.floor(caption / 5)}`);
      writeFileSync(join(project.data, 'dev_caps.txt'), `${lines.join('\n')}\n`);
      const model = join(project.data, '..', 'fitted');
      cpSync(project.model, model, { recursive: true });
      const options = { model, data: project.data, split: 'dev', backend: 'wasm' };
      const { captionWeight } = await fitCaptions(options, silentReport);
      // The number in a caption is that of its image.
      expect(captionWeight).toBeGreaterThan(0);
      const { ranking, fingerprints } = await readModel(folderFiles(model));
      expect(ranking).toEqual({ ...project.prepared.ranking, captionWeight });
      expect(fingerprints).toEqual(project.prepared.fingerprints);
      const before = readFileSync(join(model, 'config.json'));
      await expect(fitCaptions({ ...options, split: 'small' }, silentReport)).rejects.toMatchObject({
        code: 'argument_invalid',
      });
      expect(readFileSync(join(model, 'config.json'))).toEqual(before);
    } finally {
      project.remove();
    }
  });
});
