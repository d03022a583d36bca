import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { CaptionGraph } from '../model/index.ts';
import { type CaptionPayload, captionPayloadSchema, type GenerationManifest } from '../schema/index.ts';
import { type CoarseVectorReader, openCoarseVectors } from './coarse-vectors.ts';
import { comparesParses } from './compares-parses.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS } from './manifest.ts';
import { NodeStoreReader } from './node-store-reader.ts';
import { kept, lineStarts, lines, parsed } from './payload-lines.ts';

/** The captions of a generation, by ordinal. */
export interface CaptionReader {
  /** Their coarse vectors. */
  readonly vectors: CoarseVectorReader;
  /** Their graphs, in the order of `ids`, which must exist. */
  graphs(ids: readonly number[]): Promise<CaptionGraph[]>;
  /** Their texts, each with the image that it describes. */
  payloads(ids: readonly number[]): Promise<CaptionPayload[]>;
  /** The image that each caption describes; read once, when it is needed: four bytes for each caption. */
  images(): Promise<Int32Array>;
  close(): Promise<void>;
}

/** Lines that are read at a time. */
const LINES = 1000;

const dependenciesSchema = z.array(z.tuple([z.number().int(), z.number().int()]));

/** What comparing captions needs of a generation; parses if its model compares them. */
export function captionPaths({ model }: Pick<GenerationManifest, 'model'>): readonly string[] {
  const { captionNodes, captionVectors, captionPayloads, dependencies } = GENERATION_PATHS;
  return [
    captionNodes,
    captionVectors,
    captionPayloads,
    ...(comparesParses(model.config) ? [dependencies] : []),
  ];
}

/** How many captions of a generation can be compared: none if it was built without what that needs. */
export function comparableCaptions(manifest: GenerationManifest): number {
  const has = new Set(manifest.files.map(({ path }) => path));
  return captionPaths(manifest).every((path) => has.has(path)) ? manifest.captions.count : 0;
}

/**
 * Opens the captions of a generation that has some that can be compared.
 *
 * @throws AppError `shape_mismatch`, `format_invalid`, `checksum_mismatch`, `file_missing`.
 */
export async function openCaptions(
  files: GenerationFiles,
  manifest: GenerationManifest,
): Promise<CaptionReader> {
  const { count } = manifest.captions;
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0)) await step();
  };
  const open = async (path: string) => {
    const source = await files.open(path);
    undo.push(() => source.close());
    return source;
  };
  const openLines = async <S extends z.ZodType>(path: string, schema: S) => {
    const source = await kept(await files.open(path));
    undo.push(() => source.close());
    const starts = await lineStarts(source, count, 'captions');
    const between = async (from: number, to: number): Promise<z.output<S>[]> =>
      (await lines(source, starts, from, to)).map((line, at) => parsed(source, from + at, schema, line));
    return {
      between,
      of: (ids: readonly number[]) =>
        Promise.all(ids.map(async (id) => (await between(id, id + 1))[0] as z.output<S>)),
    };
  };
  try {
    const vectors = await openCoarseVectors(files, manifest, 'captions');
    undo.push(() => vectors.close());
    const nodes = await NodeStoreReader.open(await open(GENERATION_PATHS.captionNodes));
    if (nodes.layout.graphs !== count || nodes.layout.rowSize !== manifest.model.config.jointSize) {
      throw new AppError(
        'shape_mismatch',
        `generation ${manifest.id}: ${nodes.layout.graphs} caption graphs of nodes [${nodes.layout.rowSize}], the manifest says ${count} of [${manifest.model.config.jointSize}]`,
        { hint: 'build it again' },
      );
    }
    const payloads = await openLines(GENERATION_PATHS.captionPayloads, captionPayloadSchema);
    const parses = comparesParses(manifest.model.config)
      ? await openLines(GENERATION_PATHS.dependencies, dependenciesSchema)
      : undefined;
    let images: Promise<Int32Array> | undefined;
    const readImages = async (): Promise<Int32Array> => {
      const own = new Int32Array(count);
      for (let from = 0; from < count; from += LINES) {
        const some = await payloads.between(from, Math.min(count, from + LINES));
        for (const [at, { image }] of some.entries()) own[from + at] = image;
      }
      return own;
    };
    const forget = (thrown: unknown): never => {
      images = undefined;
      throw thrown;
    };
    return {
      vectors,
      payloads: payloads.of,
      images: () => (images ??= readImages().catch(forget)),
      graphs: async (ids) => {
        const dependencies = await parses?.of(ids);
        return Promise.all(
          ids.map(async (id, at) => ({
            words: await nodes.readGraph(id),
            dependencies: dependencies?.[at],
          })),
        );
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
