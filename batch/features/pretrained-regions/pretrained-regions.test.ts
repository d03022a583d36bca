import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findPretrainedFiles } from '../../../shared/platform/pretrained/pretrained-files.ts';
import {
  openPretrainedImages,
  readImageForm,
} from '../../../shared/platform/pretrained/pretrained-images.ts';
import { featureIdentitySchema } from '../../../shared/schema/index.ts';
import { patches } from '../../../test/support/drawn-photos.ts';
import { featureIdentity } from '../feature-source.ts';
import { regionBoxes } from '../photo-regions/grid-regions.ts';
import { openPretrainedRegions } from './pretrained-regions.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/pretrained');

describe.each(['tiny-clip', 'tiny-siglip'])('regions by the pretrained encoder %s', (name) => {
  const opened = async () => {
    const files = await findPretrainedFiles(join(FIXTURES, name));
    const [source, whole, form] = [
      await openPretrainedRegions(files),
      await openPretrainedImages(files.folder, files.images),
      await readImageForm(files.folder),
    ];
    return { files, source, whole, form };
  };

  it('are its vectors of the parts of an image, each of which is seen whole', async () => {
    const { source, whole, form } = await opened();
    const { size, fit, kernel } = source.form;
    const { data } = await patches(3, 300, 200)
      .resize(size, size, { fit, kernel })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const features = await source.describe({ rgb: data, width: size, height: size });
    expect(features).toHaveLength(source.regions * source.featureSize);
    const boxes = regionBoxes(size, size);
    for (const region of [0, 7, 24, 30, source.regions - 1]) {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes
        .subarray(region * 4, region * 4 + 4)
        .map(Math.round);
      // Cut by hand, to be resized alone.
      const part = new Uint8Array((right - left) * (bottom - top) * 3);
      for (let y = top; y < bottom; y++) {
        part.set(
          data.subarray((y * size + left) * 3, (y * size + right) * 3),
          (y - top) * (right - left) * 3,
        );
      }
      const rgb = await sharp(part, { raw: { width: right - left, height: bottom - top, channels: 3 } })
        .resize(form.side, form.side, { fit: 'fill', kernel })
        .raw()
        .toBuffer();
      const expected = await whole.encode({ rgb, width: form.side, height: form.side });
      expect(features.slice(region * source.featureSize, (region + 1) * source.featureSize)).toEqual(
        expected,
      );
    }
    await source.close();
    await whole.close();
  });

  it('are a feature source of their own, named by the weights of the image side', async () => {
    const { files, source, whole } = await opened();
    const identity = featureIdentity(source);
    expect(featureIdentitySchema.parse(identity)).toEqual(identity);
    expect(identity).toMatchObject({ source: 'pretrained-regions', regions: 36 });
    const sums = { ...files.sums, [files.images.network]: '0'.repeat(64) };
    const texts = { ...files.sums, 'tokenizer.json': '0'.repeat(64) };
    const others = await Promise.all(
      [sums, texts].map((other) => openPretrainedRegions({ ...files, sums: other })),
    );
    expect(others.map(({ weights }) => weights === source.weights)).toEqual([false, true]);

    const rgb = await patches(4, 90, 60).raw().toBuffer();
    const { boxes, features } = await source.extract({ rgb, width: 90, height: 60 });
    expect(boxes).toEqual(regionBoxes(90, 60));
    expect(await source.extract({ rgb, width: 90, height: 60 })).toEqual({ boxes, features });
    await Promise.all([source, whole, ...others].map((one) => one.close()));
  });
});
