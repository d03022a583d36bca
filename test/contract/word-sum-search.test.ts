import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { writeModel } from '../../batch/model/load-model.ts';
import { silentReport } from '../../batch/report.ts';
import { searchIndex } from '../../batch/search/search-index.ts';
import { createModel } from '../../shared/generation/index.ts';
import { concatenateEncoders } from '../../shared/retrieval/concatenated.ts';
import { openRecallEncoder } from '../../shared/retrieval/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { npyBytes } from '../support/data-folder.ts';
import { errorCode } from '../support/error-code.ts';
import { randomNumbers, seededRandom } from '../support/random.ts';
import { randomWordSum } from '../support/random-word-sum.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const [SEED, IMAGES, NUMBERS] = [20261205, 8, 9];
const QUERY = 'the dog in the snow';

describe(`an index whose recall encoder sums rows of words (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const recall = concatenateEncoders([
    { weight: 1, stored: randomWordSum(random) },
    { weight: 0.5, stored: randomWordSum(random, 4) },
  ]);
  const whole = randomNumbers(random, IMAGES * NUMBERS);
  let project: SmallProject;
  let database: RunningQdrantLocal;
  let index: IndexFolder;
  let options: Parameters<typeof buildIndex>[0];

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    const model = join(project.data, '..', 'word-sum-model');
    await writeModel(await createModel({ ...project.prepared, coarse: recall }), model);
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: index.database, port: 0 });
    const store = createQdrantStore({ url: database.url });
    options = { index: index.path, data: project.data, checkpoint: model, backend: 'wasm', store };
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  it('is not built from data without descriptions of images', async () => {
    expect(await errorCode(buildIndex(options, silentReport))).toBe('argument_invalid');
  });

  it('finds images by the encoder of its model', async () => {
    const bytes = npyBytes("'<f4'", [IMAGES, NUMBERS], whole);
    writeFileSync(join(project.data, 'test_ims_whole.npy'), bytes);
    await buildIndex(options, silentReport);
    const { hits } = await searchIndex({
      index,
      backend: 'wasm',
      query: QUERY,
      limit: IMAGES,
      exhaustive: false,
      understand: false,
      collapse: true,
      fuse: true,
      memoryBytes: 2 ** 26,
      signal: new AbortController().signal,
    });
    const encoder = await openRecallEncoder(recall);
    const nothing = new Float32Array(0);
    const [query = nothing] = await encoder.encodeTexts([{ text: QUERY, ids: [], words: nothing }]);
    const images = await encoder.encodeImages(
      Array.from({ length: IMAGES }, (_, image) => ({
        regions: 0,
        features: nothing,
        nodes: nothing,
        boxes: nothing,
        whole: whole.subarray(image * NUMBERS, (image + 1) * NUMBERS),
      })),
    );
    expect(hits).toHaveLength(IMAGES);
    for (const { id, coarse } of hits) {
      const cosine = query.reduce((sum, value, d) => sum + value * (images[id]?.[d] ?? Number.NaN), 0);
      expect(coarse).toBeCloseTo(cosine, 5);
    }
  });
});
