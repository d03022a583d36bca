import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { npyBytes, smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import { silentReport } from '../report.ts';
import { PHOTO_RECALL_RECIPE } from './recipe.ts';
import { trainPhotoRecall } from './train-photo-recall.ts';

function described(split: string, images: number, size = WHOLE_SIZE) {
  const whole = npyBytes("'<f4'", [images, size], new Float32Array(images * size));
  return new Map<string, Buffer | string>([
    ...smallSplitFiles(split, images),
    [`${split}_ims_whole.npy`, whole],
  ]);
}

it.each([
  ['has no descriptions', smallSplitFiles('dev', 2), 'file_missing', 'dev_ims_whole.npy'],
  ['was described by another network', described('dev', 2, 12), 'shape_mismatch', 'dev_ims_whole.npy'],
  [
    'has no captions',
    new Map([
      ...described('dev', 2),
      ['dev_precaps_stan.txt', ''],
      ['dev_caps.txt', ''],
      ['dev_caps.json', '[]'],
    ]),
    'argument_invalid',
    'no photograph of dev',
  ],
])('refuses a dev split that %s before it trains', async (_, dev, code, message) => {
  await withFolder(new Map([...described('train', 50), ...dev]), async (data) => {
    const vectors = join(data, 'vectors.json');
    writeFileSync(vectors, 'no vectors: reading them comes first of what takes time');
    const training = trainPhotoRecall(
      { data, out: join(data, 'out'), vectors, recipe: PHOTO_RECALL_RECIPE },
      silentReport,
    );
    await expect(training).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
