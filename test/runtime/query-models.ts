import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimdCaptionEncoder } from '../../shared/encode/index.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { createSimdParser, readParser } from '../../shared/parse/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { openTextEncoder } from '../../shared/retrieval/index.ts';
import { LocalQueryEncoder } from '../../shared/search/local-query-encoder.ts';
import { queryModelFile } from '../../shared/search/query-model.ts';
import { type TinyOptions, writeTinyGeneration } from '../support/tiny-generation.ts';

/** Sentences that the tests in workerd encode. */
const QUERIES = ['A dog runs on the grass.', 'a man', 'grass grass grass', 'zebroids runz .'] as const;

/** A query as Node encodes it: plain numbers, so that they can be sent from one runtime to another. */
export interface NodeQuery {
  readonly text: string;
  readonly coarse: readonly number[];
  readonly nodes: readonly number[];
  readonly dependencies: readonly (readonly [number, number])[] | undefined;
  readonly words: readonly { readonly text: string; readonly id: number; readonly known: boolean }[];
  readonly searched: readonly string[];
}

/** The query model of a generation, and what Node makes of the sentences by the whole model. */
export interface NodeQueryModel {
  readonly generation: string;
  readonly collection: string;
  readonly ranking: { readonly shortlist: number; readonly coarseWeight: number };
  /** The file as base64. */
  readonly file: string;
  readonly queries: readonly NodeQuery[];
}

const GENERATIONS: readonly TinyOptions[] = [
  { seed: 1, images: 4, config: { sparse: true, propagation: 'neighbours' } },
  { seed: 2, images: 4, config: { jointSize: 32 } },
];

/** Two generations: the first compares parses, the second has another size. */
export async function queryModels(kernel: WebAssembly.Module): Promise<NodeQueryModel[]> {
  const index = await mkdtemp(join(tmpdir(), 'query-models-'));
  try {
    const models: NodeQueryModel[] = [];
    for (const options of GENERATIONS) models.push(await queryModel(index, options, kernel));
    return models;
  } finally {
    await rm(index, { recursive: true });
  }
}

async function queryModel(
  index: string,
  options: TinyOptions,
  kernel: WebAssembly.Module,
): Promise<NodeQueryModel> {
  const { id, manifest, model } = await writeTinyGeneration(index, options);
  const pieces: Uint8Array[] = [];
  const file = await queryModelFile(folderFiles(join(index, 'generations', id)), manifest, false);
  for await (const piece of file.pieces()) pieces.push(piece.slice());
  const collection = manifest.collections.images;
  const { ranking } = manifest;
  const parser =
    model.parser && createSimdParser(await readParser(bytesSource('parser', model.parser)), kernel);
  const encoder = new LocalQueryEncoder(
    {
      generation: id,
      collection,
      images: manifest.images.count,
      ranking,
      grouped: false,
      vocabulary: model.vocabulary,
      encoder: createSimdCaptionEncoder(model.config, model.parameters, kernel),
      recall: await openTextEncoder(model.coarse),
      parser,
    },
    { cacheBytes: 0 },
  );
  const queries: NodeQuery[] = [];
  for (const text of QUERIES) {
    const { coarse, caption, words, searched } = await encoder.encode({ text, understand: true });
    queries.push({
      text,
      coarse: [...coarse],
      nodes: [...caption.words],
      dependencies: caption.dependencies?.map(([head, dependent]) => [head, dependent] as const),
      words: words.map((word) => ({ ...word })),
      searched: [...searched],
    });
  }
  return { generation: id, collection, ranking, file: Buffer.concat(pieces).toString('base64'), queries };
}
