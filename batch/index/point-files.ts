import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { type CaptionTermFiles, openCaptionTerms } from '../../shared/generation/caption-terms.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { Point } from '../../workers/clients/index.ts';

/** Points of one request: a body of about 3 MB at 512 dimensions. */
const BATCH = 256;

/** The files with the points of a collection: point `i` has row `i` of `vectors` and line `i` of `payloads`. */
export interface PointFiles {
  readonly collection: string;
  readonly count: number;
  readonly vectors: string;
  readonly payloads: string;
  /** Opens the terms of the images' captions, which are the points' sparse vectors; undefined if captions are not searched. */
  readonly terms?: (() => Promise<CaptionTermFiles | undefined>) | undefined;
}

/** The points of the halves that a generation has. */
export function pointFiles(folder: string, manifest: GenerationManifest): PointFiles[] {
  return [
    {
      collection: manifest.collections.images,
      count: manifest.images.count,
      vectors: join(folder, GENERATION_PATHS.imageVectors),
      payloads: join(folder, GENERATION_PATHS.imagePayloads),
      ...(manifest.ranking.captionWeight === undefined
        ? {}
        : { terms: () => openCaptionTerms(folderFiles(folder), manifest) }),
    },
    ...(manifest.collections.captions === undefined
      ? []
      : [
          {
            collection: manifest.collections.captions,
            count: manifest.captions.count,
            vectors: join(folder, GENERATION_PATHS.captionVectors),
            payloads: join(folder, GENERATION_PATHS.captionPayloads),
          },
        ]),
  ];
}

/**
 * Reads points in the order of their ids, a request's worth at a time; only those that are `wanted`, if given.
 *
 * @throws AppError `shape_mismatch`, `format_invalid` when the files do not hold `count` points; of opening them.
 */
export async function readPoints(
  files: PointFiles,
  use: (points: readonly Point[]) => Promise<void>,
  wanted: (id: number) => boolean = () => true,
): Promise<void> {
  const terms = await files.terms?.();
  try {
    await readWithTerms(files, terms, use, wanted);
  } finally {
    await terms?.close();
  }
}

async function readWithTerms(
  { count, vectors, payloads }: PointFiles,
  terms: CaptionTermFiles | undefined,
  use: (points: readonly Point[]) => Promise<void>,
  wanted: (id: number) => boolean,
): Promise<void> {
  await withFileSource(vectors, async (source) => {
    const reader = await openNpy(source);
    const [rows = 0] = reader.shape;
    if (rows !== count) {
      throw new AppError('shape_mismatch', `${vectors} has ${rows} vectors for ${count} points`, {
        hint: 'build the generation again',
      });
    }
    let id = 0;
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      const first = id - lines.length;
      const chosen = lines.flatMap((line, at) => (wanted(first + at) ? [{ id: first + at, line }] : []));
      if (chosen.length > 0) {
        const block = await reader.readRows(first, id);
        const size = block.length / lines.length;
        const termsOf = await captionVectors(terms, first, id);
        await use(
          chosen.map((point) => ({
            id: point.id,
            payload: JSON.parse(point.line) as Record<string, unknown>,
            vector: block.subarray((point.id - first) * size, (point.id - first + 1) * size),
            ...termsOf(point.id),
          })),
        );
      }
      lines = [];
    };
    for await (const line of linesOf(payloads)) {
      lines.push(line);
      id++;
      if (lines.length === BATCH && id <= count) await flush();
    }
    if (id !== count) {
      throw new AppError('format_invalid', `${payloads} has ${id} lines for ${count} points`, {
        hint: 'build the generation again',
      });
    }
    await flush();
  });
}

/** The sparse vectors of the points `[from, to)`; a point without terms has none. */
async function captionVectors(
  terms: CaptionTermFiles | undefined,
  from: number,
  to: number,
): Promise<(id: number) => Pick<Point, 'captions'>> {
  if (terms === undefined) return () => ({});
  const { offsets, indices, weights } = await terms.read(from, to);
  return (id) => {
    const [start = 0, end = 0] = offsets.subarray(id - from, id - from + 2);
    if (start === end) return {};
    return {
      captions: {
        indices: Uint32Array.from(indices.subarray(start, end)),
        values: weights.slice(start, end),
      },
    };
  };
}

/**
 * The lines of a file of a generation. They end with a line feed and with nothing else: JSON may hold what Node's readline
 * takes for an end, too.
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}
