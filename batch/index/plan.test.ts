import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CAPTION_WEIGHT } from '../../shared/retrieval/fusion.ts';
import { type SmallProject, smallProject } from '../../test/support/small-index.ts';
import { openSplit } from '../data/open-split.ts';
import type { Split } from '../data/split.ts';
import { captionPayloads, imagePayloads, jsonLines } from './payloads.ts';
import { type PlanInput, planGeneration } from './plan.ts';

let project: SmallProject;
let split: Split;
beforeAll(async () => {
  project = await smallProject({ test: 3 });
  split = await openSplit(project.data, 'test');
});
afterAll(async () => {
  await split.close();
  project.remove();
});

function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    model: project.prepared,
    split,
    dataFingerprint: 'a',
    sourceName: 'data',
    backend: 'wasm',
    fields: undefined,
    imagesUrl: '/images/',
    searchCaptions: false,
    ...changes,
  };
}

describe('planGeneration', () => {
  it('has an equal id for equal input, and another for other input', async () => {
    const { id } = await planGeneration(input());
    expect((await planGeneration(input())).id).toBe(id);
    const ranking = { ...project.prepared.ranking, coarseWeight: 9 };
    for (const changes of [
      { dataFingerprint: 'b' },
      { backend: 'webgpu' },
      { imagesUrl: undefined },
      { sourceName: 'other' },
      { model: { ...project.prepared, ranking } },
    ]) {
      expect((await planGeneration(input(changes))).id).not.toBe(id);
    }
  });

  it('weighs captions only if these are searched: as fitted, or by default', async () => {
    const { id, ranking } = await planGeneration(input());
    expect(ranking).toEqual(project.prepared.ranking);
    const searched = await planGeneration(input({ searchCaptions: true }));
    expect(searched.ranking).toEqual({ ...ranking, captionWeight: DEFAULT_CAPTION_WEIGHT });
    expect(searched.id).not.toBe(id);
    const model = { ...project.prepared, ranking: { ...ranking, captionWeight: 0.7 } };
    expect((await planGeneration(input({ model, searchCaptions: true }))).ranking.captionWeight).toBe(0.7);
    // What is fitted for another kind of index makes no other generation.
    expect(await planGeneration(input({ model }))).toMatchObject({ id, ranking });
  });

  it('takes words from the ids if there is no text, and ids from the text if there are none', async () => {
    const spelled = await planGeneration(input({ split: { ...split, captionTexts: undefined } }));
    expect(spelled.captions[0]).toEqual({ ids: [1, 4, 5, 2], text: 'dog runs', image: 0 });
    const looked = await planGeneration(
      input({ split: { ...split, captionIds: [], captionTexts: Array(15).fill('A cat sleeps soundly') } }),
    );
    expect(looked.captions[7]).toEqual({ ids: [1, 8, 6, 7, 3, 2], text: 'A cat sleeps soundly', image: 1 });
  });
});

describe('payloads', () => {
  it('of images have name, address, size, captions and metadata', async () => {
    const plan = await planGeneration(input());
    expect(imagePayloads(plan)[2]).toEqual({
      name: '2.jpg',
      url: '/images/2.jpg',
      width: 102,
      height: 52,
      captions: [10, 11, 12, 13, 14].map((caption) => `caption ${caption}`),
      metadata: { place: 2 },
    });
    expect(captionPayloads(plan)[7]).toEqual({ text: 'caption 7', image: 1 });
    expect(jsonLines([{ a: 1 }, 'b\n'])).toBe('{"a":1}\n"b\\n"\n');
  });

  it('of images keep addresses and encode names', async () => {
    const names = ['https://example.org/a b.jpg', 'a folder/50% ö.jpg', '2.jpg'];
    const plan = await planGeneration(input({ split: { ...split, imageNames: names } }));
    expect(imagePayloads(plan).map(({ url }) => url)).toEqual([
      'https://example.org/a b.jpg',
      '/images/a%20folder/50%25%20%C3%B6.jpg',
      '/images/2.jpg',
    ]);
  });

  it('of images have no address without image files or names', async () => {
    const without = await planGeneration(input({ imagesUrl: undefined }));
    expect(imagePayloads(without)[0]).not.toHaveProperty('url');
    const nameless = await planGeneration(input({ split: { ...split, imageNames: undefined } }));
    expect(imagePayloads(nameless)[1]).toMatchObject({ name: 'test-1' });
    expect(imagePayloads(nameless)[1]).not.toHaveProperty('url');
  });
});
