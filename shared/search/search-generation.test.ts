import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TinyGeneration, writeTinyGeneration } from '../../test/support/tiny-generation.ts';
import { AppError } from '../errors/index.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import { GENERATION_PATHS, type GenerationFiles } from '../generation/index.ts';
import type { Matcher } from '../model/index.ts';
import { createEngines } from '../platform/engines/index.ts';
import { folderFiles } from '../platform/folder-files.ts';
import { parserOf } from '../platform/parse/index.ts';
import { type EngineFactory, type OpenSearchGeneration, openSearchGeneration } from './search-generation.ts';

const SETTINGS = {
  memoryBytes: 2 ** 24,
  queryCacheBytes: 2 ** 16,
  exhaustiveImages: 100,
  evidence: { regions: 5, weight: 0 },
};

describe('a generation that is searched in this process', () => {
  let index: string;
  let tiny: TinyGeneration;
  let folder: string;
  const open = new Set<ByteSource>();
  const disposed = vi.fn();

  beforeEach(async () => {
    index = await mkdtemp(join(tmpdir(), 'search-generation-'));
    tiny = await writeTinyGeneration(index, { config: { sparse: true, propagation: 'neighbours' } });
    folder = join(index, 'generations', tiny.id);
    disposed.mockReset();
  });
  afterEach(async () => {
    expect(open.size).toBe(0);
    await rm(index, { recursive: true });
  });

  /** The files of the generation, which record which of them are open. */
  const files: GenerationFiles = {
    name: 'the generation',
    open: async (path) => {
      const source = await folderFiles(folder).open(path);
      const watched: ByteSource = {
        name: source.name,
        size: source.size,
        read: (offset, length) => source.read(offset, length),
        close: async () => {
          open.delete(watched);
          await source.close();
        },
      };
      open.add(watched);
      return watched;
    },
  };
  const tfjs: EngineFactory = async ({ config, parameters }) => {
    const { encoder, matcher } = await createEngines(config, parameters, 'wasm');
    const dispose = async (): Promise<void> => {
      disposed();
      await matcher.dispose();
    };
    return { encoder, matcher: { ...matcher, dispose } };
  };
  const opened = (changes: Partial<OpenSearchGeneration> = {}) =>
    openSearchGeneration({
      files,
      engines: tfjs,
      parser: parserOf,
      settings: SETTINGS,
      serve: false,
      ...changes,
    });

  it('encodes, ranks, looks up payloads, and frees all memory', async () => {
    const generation = await opened({ id: tiny.id });
    expect(generation.parser).toBeDefined();
    expect(generation.images.status.images).toBe(0);
    const query = await generation.queries.encode({ text: 'a dog runs on grass .', understand: true });
    expect(query).toMatchObject({ generation: tiny.id, collection: tiny.manifest.collections.images });
    expect(query.caption.dependencies).toHaveLength(6);
    const page = await generation.ranker.rank({ query, candidates: 'all', offset: 0, limit: 3 });
    expect(page.images.map(({ id, payload }) => payload?.name === `${id}.png`)).toEqual([true, true, true]);
    expect(open.size).toBeGreaterThan(0);
    await generation.dispose();
    expect([open.size, disposed.mock.calls.length]).toEqual([0, 1]);
    // Twice has the same effect as once.
    await generation.dispose();
    expect(disposed).toHaveBeenCalledTimes(1);
  });

  it('prepares its images before requests if it serves, and reports progress', async () => {
    const progress: [number, number][] = [];
    const generation = await opened({ serve: true, onProgress: (...report) => progress.push(report) });
    expect(generation.images.status.images).toBe(7);
    expect(progress).toEqual([[7, 7]]);
    await generation.dispose();
  });

  it('is freed when abandoned work has ended', async () => {
    const gate = Promise.withResolvers<void>();
    const generation = await opened({
      engines: async (model) => {
        const { encoder, matcher } = await tfjs(model);
        const scoreLists: Matcher['scoreLists'] = async (...call) => {
          await gate.promise;
          expect(disposed).not.toHaveBeenCalled();
          return matcher.scoreLists(...call);
        };
        return { encoder, matcher: { ...matcher, scoreLists } };
      },
    });
    const query = await generation.queries.encode({ text: 'a dog', understand: true });
    const leaving = new AbortController();
    const candidates = [{ id: 1, coarse: 0.5 }];
    const left = generation.ranker.rank(
      { query, candidates, offset: 0, limit: 1 },
      { signal: leaving.signal },
    );
    await vi.waitFor(() => expect(generation.images.status.pinned).toBeGreaterThan(0));
    leaving.abort(new AppError('cancelled', 'gone'));
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    const disposing = generation.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(disposed).not.toHaveBeenCalled();
    gate.resolve();
    await disposing;
    expect(disposed).toHaveBeenCalledTimes(1);
  });

  const damage = async (path: string, change: (bytes: Buffer) => Uint8Array) =>
    writeFile(join(folder, path), change(await readFile(join(folder, path))));
  const flip = (bytes: Buffer) => {
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 0xff;
    return bytes;
  };

  it.each<[string, (() => Promise<void>) | undefined, Partial<OpenSearchGeneration>, string]>([
    ['another id', undefined, { id: 'f'.repeat(16) }, 'format_invalid'],
    [
      'a damaged file, if it serves',
      () => damage(GENERATION_PATHS.imagePayloads, flip),
      { serve: true },
      'checksum_mismatch',
    ],
    [
      'a missing line',
      () =>
        damage(GENERATION_PATHS.imagePayloads, (bytes) => bytes.subarray(0, bytes.lastIndexOf(10, -2) + 1)),
      {},
      'format_invalid',
    ],
    ['no vectors', () => rm(join(folder, GENERATION_PATHS.imageVectors)), {}, 'file_missing'],
    ['no nodes', () => rm(join(folder, GENERATION_PATHS.imageNodes)), {}, 'file_missing'],
    [
      'an invalid parser',
      undefined,
      { parser: async () => Promise.reject(new AppError('format_invalid', 'no parser')) },
      'format_invalid',
    ],
    [
      'too little memory for one image',
      undefined,
      { settings: { ...SETTINGS, memoryBytes: 10 } },
      'memory_exhausted',
    ],
    [
      'no engines',
      undefined,
      { engines: async () => Promise.reject(new AppError('backend_unavailable', 'none')) },
      'backend_unavailable',
    ],
    [
      'an aborted signal',
      undefined,
      { serve: true, signal: AbortSignal.abort(new AppError('cancelled', 'gone')) },
      'cancelled',
    ],
  ])('is refused with %s, and no file stays open', async (_, prepare, changes, code) => {
    await prepare?.();
    const engines = vi.fn(changes.engines ?? tfjs);
    await expect(opened({ ...changes, engines })).rejects.toMatchObject({ code });
    expect(open.size).toBe(0);
    const made = engines.mock.settledResults.filter(({ type }) => type === 'fulfilled').length;
    expect(disposed).toHaveBeenCalledTimes(made);
  });
});
