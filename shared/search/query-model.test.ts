import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TinyGeneration, writeTinyGeneration } from '../../test/support/tiny-generation.ts';
import { createSimdCaptionEncoder } from '../encode/index.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { openSafetensors } from '../formats/safetensors/safetensors-reader.ts';
import { writeSafetensors } from '../formats/safetensors/safetensors-writer.ts';
import { GENERATION_PATHS, type GenerationFiles, MODEL_FILES } from '../generation/index.ts';
import { encodeTensors } from '../generation/tensors.ts';
import { hasRelaxedSimd } from '../match/simd/relaxed-simd.ts';
import { TEXT_PARAMETERS } from '../model/index.ts';
import { loadEncodeKernel } from '../platform/encode/index.ts';
import { folderFiles } from '../platform/folder-files.ts';
import { parserOf } from '../platform/parse/index.ts';
import { concatenateEncoders } from '../retrieval/concatenated.ts';
import {
  encodeShortTextsBy,
  makeWordSum,
  openTextEncoder,
  type StoredRecallEncoder,
} from '../retrieval/index.ts';
import { LocalQueryEncoder } from './local-query-encoder.ts';
import { type QueryModelFile, queryModelFile, readQueryModel } from './query-model.ts';

const QUERY = 'A dog runz on the grass.';

async function whole(file: QueryModelFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.bytes);
  let at = 0;
  for await (const piece of file.pieces()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  expect(at).toBe(file.bytes);
  return bytes;
}

describe.each([
  ['of a model that compares no parses', {}],
  ['of a model that compares parses', { sparse: true, propagation: 'neighbours' } as const],
])('the query model %s', (_, config) => {
  let index: string;
  let tiny: TinyGeneration;
  let files: GenerationFiles;
  let bytes: Uint8Array;

  beforeAll(async () => {
    index = await mkdtemp(join(tmpdir(), 'query-model-'));
    tiny = await writeTinyGeneration(index, { config });
    files = folderFiles(join(index, 'generations', tiny.id));
    bytes = await whole(await queryModelFile(files, tiny.manifest, true));
  });
  afterAll(() => rm(index, { recursive: true }));

  it('contains what reads queries, and nothing about images', async () => {
    const { tensors } = await openSafetensors(bytesSource('the query model', bytes));
    const names = [...tensors.keys()];
    expect(names.filter((name) => name.startsWith('coarse.')).length).toBeGreaterThan(0);
    expect(names.filter((name) => /image/.test(name))).toEqual([]);
    const others = names.filter((name) => !name.startsWith('coarse.') && !name.startsWith(TEXT_PARAMETERS));
    expect(others).toEqual(tiny.model.parser === undefined ? [] : ['parser']);
    const text = [...tiny.model.parameters.keys()].filter((name) => name.startsWith(TEXT_PARAMETERS));
    expect(names).toEqual(expect.arrayContaining(text));
  });

  it('is the same after sending', async () => {
    const { manifest, model, vocabulary } = tiny;
    const read = await readQueryModel(bytes, 'the query model');
    expect(read).toMatchObject({
      generation: tiny.id,
      collection: manifest.collections.images,
      ranking: manifest.ranking,
      grouped: true,
      config: manifest.model.config,
    });
    expect(read.vocabulary.size).toBe(vocabulary.size);
    for (const [name, { shape, data }] of read.parameters) {
      expect([name, shape, data]).toEqual([
        name,
        model.parameters.get(name)?.shape,
        model.parameters.get(name)?.data,
      ]);
    }
    expect(read.coarse.config).toEqual(model.coarse.config);
    for (const [name, tensor] of read.coarse.tensors) expect(tensor).toEqual(model.coarse.tensors.get(name));
    expect(read.parser).toEqual(model.parser);
  });

  it('encodes to the same bits as the whole model', async () => {
    const common = {
      generation: tiny.id,
      collection: 'c',
      images: 7,
      ranking: tiny.manifest.ranking,
      grouped: true,
    };
    const parserFrom = (file: Uint8Array | undefined) => file && parserOf(bytesSource('the parser', file));
    const encode = async ({ vocabulary, config: shapes, parameters, coarse, parser }: Parts) =>
      new LocalQueryEncoder(
        {
          ...common,
          vocabulary,
          encoder: createSimdCaptionEncoder(shapes, parameters, await loadEncodeKernel(hasRelaxedSimd())),
          recall: await openTextEncoder(coarse),
          parser: await parserFrom(parser),
        },
        { cacheBytes: 0 },
      ).encode({ text: QUERY, understand: true });
    type Parts = Pick<
      Awaited<ReturnType<typeof readQueryModel>>,
      'vocabulary' | 'config' | 'parameters' | 'coarse' | 'parser'
    >;
    const here = await encode({ ...tiny.model, parser: tiny.model.parser });
    const there = await encode(await readQueryModel(bytes, 'the query model'));
    expect(there).toEqual(here);
    expect(here.caption.dependencies === undefined).toBe(tiny.model.parser === undefined);
  });

  it('names what is wrong with another file', async () => {
    const none = writeSafetensors(new Map());
    await expect(readQueryModel(none, 'it')).rejects.toMatchObject({ code: 'format_invalid' });
    await expect(readQueryModel(bytes.slice(0, -1), 'it')).rejects.toMatchObject({ code: 'format_invalid' });
    const text = Buffer.from(bytes).toString('latin1');
    const changed = (from: string, to: string) => {
      expect([text.includes(from), from.length]).toEqual([true, to.length]);
      return Uint8Array.from(text.replace(from, to), (character) => character.charCodeAt(0));
    };
    await expect(readQueryModel(changed('\\"version\\":1', '\\"version\\":2'), 'it')).rejects.toMatchObject({
      code: 'format_unsupported',
      message: expect.stringContaining('version 2'),
    });
    await expect(readQueryModel(changed('\\"collection\\"', '\\"selection.\\"'), 'it')).rejects.toMatchObject(
      {
        code: 'format_invalid',
        message: expect.stringContaining('collection'),
      },
    );
  });
});

describe('the query model of a recall encoder in parts', () => {
  let index: string;
  beforeAll(async () => {
    index = await mkdtemp(join(tmpdir(), 'query-model-'));
  });
  afterAll(() => rm(index, { recursive: true }));

  /** The recall encoder of a generation's query model, and of the generation. */
  async function sent(coarse: StoredRecallEncoder) {
    const tiny = await writeTinyGeneration(index);
    const folder = join(index, 'generations', tiny.id);
    const model = join(folder, GENERATION_PATHS.model);
    await writeFile(join(model, MODEL_FILES.coarse), JSON.stringify(coarse.config));
    await writeFile(join(model, MODEL_FILES.coarseTensors), encodeTensors(coarse.tensors));
    const files = folderFiles(folder);
    const bytes = await whole(await queryModelFile(files, tiny.manifest, true));
    const there = (await readQueryModel(bytes, 'it')).coarse;
    expect([...coarse.tensors.keys()].filter((name) => name.includes('image')).length).toBeGreaterThan(0);
    expect([...there.tensors.keys()].filter((name) => name.includes('image'))).toEqual([]);
    return { here: await openTextEncoder(coarse), there: await openTextEncoder(there) };
  }

  it('leaves out the image sides of a concatenated one', async () => {
    const { model } = await writeTinyGeneration(index);
    const { here, there } = await sent(
      concatenateEncoders([
        { weight: 1, stored: model.coarse },
        { weight: 2, stored: model.coarse },
      ]),
    );
    const texts = [{ ids: [1, 4, 5, 2], words: new Float32Array(4 * 12).fill(0.1) }];
    expect(await there.encodeTexts(texts)).toEqual(await here.encodeTexts(texts));
  });

  it('leaves out those of one for short and one for other texts, and sends half floats as such', async () => {
    const wordsOf = (count: number) => Array.from({ length: count }, (_, word) => `word${word}`);
    const wordSum = (words: readonly string[]) =>
      makeWordSum({
        dimensions: 8,
        size: 3,
        parts: [{ read: 'plain', from: 0, to: 3 }],
        words,
        skipped: [],
        // All of them are half floats, and there are enough of them to be written as such.
        projection: Float32Array.from({ length: 24 }, (_, at) => at / 8),
        imageOffset: new Float32Array(8),
        rows: Float32Array.from({ length: 8 * words.length }, (_, at) => ((at * 7) % 64) / 16 - 2),
        textOffset: new Float32Array(8),
      });
    const sides = [wordSum(wordsOf(20)), wordSum(wordsOf(1000))] as const;
    const { here, there } = await sent(
      encodeShortTextsBy({ longest: 2, known: wordsOf(20), skipped: [] }, ...sides),
    );
    const texts = ['word3', 'word3 word900 word17'].map((text) => ({
      text,
      ids: [],
      words: new Float32Array(0),
    }));
    const found = await there.encodeTexts(texts);
    expect(found).toEqual(await here.encodeTexts(texts));
    for (const vector of found) expect(Math.hypot(...vector)).toBeGreaterThan(0.5);
  });
});
