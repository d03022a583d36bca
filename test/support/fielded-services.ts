import { type IndexServices, startIndexServices } from './index-services.ts';

/** Images of the index. */
export const FIELDED_IMAGES = 30;

const FIELDS = {
  year: { type: 'integer' },
  place: { type: 'keyword' },
  tag: { type: 'keyword', list: true, from: 'keywords' },
  taken: { type: 'date' },
  draft: { type: 'boolean' },
  weight: { type: 'number' },
  owner: { type: 'keyword', public: false },
};

/** What the data says of an image. */
export const metadataOf = (id: number) => ({
  year: 2000 + (id % 20),
  ...(id % 4 === 3 ? {} : { place: id % 3 === 0 ? 'Rome' : 'Oslo' }),
  keywords: id % 2 === 0 ? ['beach', 'the sea'] : ['beach'],
  taken: `20${String(10 + (id % 10))}-05-01`,
  draft: id % 5 === 0,
  weight: id / 7,
  owner: id < 5 ? 'Ann' : 'Bob',
  alike: id % 6 === 0 ? `group-${id % 4}` : '',
});

/** The services of a small index, whose images have a field of every type, and some of which look alike. */
export function startFieldedServices(imagesUrl?: string): Promise<IndexServices> {
  return startIndexServices({
    images: FIELDED_IMAGES,
    fields: FIELDS,
    metadataOf,
    backend: 'simd',
    imagesUrl,
  });
}
