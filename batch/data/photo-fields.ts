import { type IndexFields, indexFieldsSchema } from '../../shared/schema/index.ts';

/**
 * By what photographs can be filtered without a schema file: what their payloads have (`describePhoto`). Where they were taken is among it
 * only with `--gps`.
 */
export const PHOTO_FIELDS: IndexFields = indexFieldsSchema.parse({
  format: 'gsmn-index-schema',
  version: 1,
  fields: {
    taken: { type: 'date' },
    year: { type: 'integer' },
    camera: { type: 'keyword' },
    keywords: { type: 'keyword', list: true },
    folders: { type: 'keyword', list: true },
    format: { type: 'keyword' },
    bytes: { type: 'integer' },
    latitude: { type: 'number' },
    longitude: { type: 'number' },
  },
  // What else lists and files say is shown.
  others: 'public',
});
