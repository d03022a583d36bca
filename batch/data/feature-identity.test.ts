import { describe, expect, it } from 'vitest';
import { smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { assertFeaturesOf, type FeaturesOfModel } from './feature-identity.ts';
import { openSplit } from './open-split.ts';

/** As in the small splits: 3 regions, 4 features. */
const NAME = { source: 'some-source', version: 2, regions: 3, featureSize: 4 };

async function opened<T>(features: string | undefined, use: (folder: string) => T): Promise<T> {
  const files = smallSplitFiles('test', 2);
  if (features !== undefined) files.set('test_features.json', features);
  return withFolder(files, async (folder) => {
    const split = await openSplit(folder, 'test');
    await split.close();
    expect(split.features).toEqual(features === undefined ? undefined : JSON.parse(features));
    return use(folder);
  });
}

describe('the name of the features of a split', () => {
  it('is read from its file, and undefined without one', async () => {
    await opened(JSON.stringify(NAME), () => {});
    await opened(undefined, () => {});
  });

  it.each([
    ['no JSON', '{', 'format_invalid', /test_features\.json is not JSON/],
    ['no source', '{"version":1,"regions":3,"featureSize":4}', 'format_invalid', /source/],
    ['a source with blanks', JSON.stringify({ ...NAME, source: 'a b' }), 'format_invalid', /source/],
    ['a version that is not whole', JSON.stringify({ ...NAME, version: 1.5 }), 'format_invalid', /version/],
    ['weights that are no SHA-256', JSON.stringify({ ...NAME, weights: 'abc' }), 'format_invalid', /weights/],
    ['an unknown field', JSON.stringify({ ...NAME, size: 4 }), 'format_invalid', /size/],
    [
      'other regions',
      JSON.stringify({ ...NAME, regions: 36 }),
      'shape_mismatch',
      /36 regions of 4 .*has 3 regions of 4/,
    ],
    [
      'other features',
      JSON.stringify({ ...NAME, featureSize: 5 }),
      'shape_mismatch',
      /3 regions of 5 .*has 3 regions of 4/,
    ],
  ])('is refused with %s', async (_, text, code, message) => {
    const files = smallSplitFiles('test', 2).set('test_features.json', text);
    await withFolder(files, async (folder) => {
      await expect(openSplit(folder, 'test')).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    });
  });
});

describe('features for a model', () => {
  const split = { folder: 'data', split: 'test', featureSize: 4 };
  const model = (changes: Partial<FeaturesOfModel> = {}): FeaturesOfModel => ({
    path: 'm.pth.tar',
    kind: 'checkpoint',
    config: { imageFeatureSize: 4 },
    ...changes,
  });

  it('are accepted if both name the same source, or neither names one', () => {
    assertFeaturesOf({ ...split, features: NAME }, model({ features: { ...NAME } }));
    assertFeaturesOf({ ...split, features: undefined }, model());
  });

  it.each([
    [
      'of another source',
      NAME,
      model({ features: { ...NAME, source: 'other' } }),
      /has features of "some-source" version 2 .*takes features of "other" version 2/,
      /data of the model's feature source/,
    ],
    [
      'of another version',
      NAME,
      model({ features: { ...NAME, version: 3 } }),
      /version 2 \(.*version 3 \(/,
      /data of the model's feature source/,
    ],
    [
      'of other weights',
      { ...NAME, weights: 'a'.repeat(64) },
      model({ features: { ...NAME, weights: 'b'.repeat(64) } }),
      /4 numbers, weights aaaaaaaa\).*4 numbers, weights bbbbbbbb\)/,
      /data of the model's feature source/,
    ],
    [
      'without a name for a model with one',
      undefined,
      model({ features: NAME }),
      /has features of an unnamed source, the model m\.pth\.tar takes features of "some-source"/,
      /write \{"source":"some-source","version":2,"regions":3,"featureSize":4\} into data.test_features\.json/,
    ],
    [
      'with a name for a checkpoint without one',
      NAME,
      model(),
      /takes features of an unnamed source/,
      /gsmn checkpoint convert m\.pth\.tar named\.safetensors --features data.test_features\.json/,
    ],
    [
      'with a name for a model folder without one',
      NAME,
      model({ path: 'model', kind: 'model folder' }),
      /takes features of an unnamed source/,
      /add "features": \{"source":"some-source".*\} to its config\.json/,
    ],
  ])('are refused %s', (_, features, of, message, hint) => {
    expect(() => assertFeaturesOf({ ...split, features }, of)).toThrow(
      expect.objectContaining({
        code: 'fingerprint_mismatch',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  it('are refused if there are more of them than the model takes', () => {
    const of = model({ config: { imageFeatureSize: 3 } });
    expect(() => assertFeaturesOf({ ...split, features: undefined }, of)).toThrow(
      expect.objectContaining({
        code: 'shape_mismatch',
        message: expect.stringMatching(/test_ims\.npy has 4 features a region, the model .* takes 3/),
      }),
    );
  });
});
