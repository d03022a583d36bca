import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';
import { writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { createQueryEngines } from '../../../shared/platform/engines/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { loadParser, parserOf } from '../../../shared/platform/parse/index.ts';
import { exactRecall } from '../../../shared/search/exact-recall.ts';
import { localFields } from '../../../shared/search/local-fields.ts';
import { readQuery } from '../../../shared/search/local-query-encoder.ts';
import { openSearchGeneration, type SearchGeneration } from '../../../shared/search/search-generation.ts';
import { readAsWritten, understandQuery, type Vocabulary } from '../../../shared/text/index.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { evenlySpaced } from '../../model/training-samples.ts';
import { imagesOf } from '../../search/evaluation/evaluate-index.ts';
import type { QueryLine } from '../../search/evaluation/query-file.ts';
import { absentQueries } from '../../study/absent-things.ts';
import {
  KINDS,
  type KindFigures,
  measureQueries,
  type TypedQuery,
  typedQueries,
} from '../../study/typed-queries.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

interface QueriesOptions {
  readonly index: string;
  readonly backend: string;
  readonly seed: number;
  /** Write the queries instead of measuring them. */
  readonly out?: string;
}

/** `gsmn study queries`: prints the table of docs/query-understanding.md, or writes the queries for `gsmn index evaluate`. */
export async function runQueries({ index, backend, seed, out }: QueriesOptions): Promise<void> {
  const folder = new IndexFolder(index);
  const active = await folder.requireActive();
  const files = folderFiles(folder.generation(active.generation));
  const lines = await interruptible(async (signal) => {
    const generation = await openSearchGeneration({
      files,
      manifestSha256: active.manifest,
      engines: ({ config, parameters }) => createQueryEngines(config, parameters, backend),
      parser: parserOf,
      settings: {
        memoryBytes: 2 ** 30,
        queryCacheBytes: 0,
        exhaustiveImages: 0,
        evidence: { regions: 0, weight: 1 },
      },
      serve: false,
      signal,
    });
    try {
      const images = await imagesOf(generation);
      const captions = images.map((image) => image.captions);
      const queries = await typedQueries(captions, await loadParser(), generation.model.vocabulary, seed);
      if (out !== undefined) {
        const names = images.map(({ name }) => name);
        const { vocabulary } = generation.model;
        const lines = await queryLines(queries, { captions, names, vocabulary }, seed);
        await writeFileAtomic(out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        process.stderr.write(`wrote ${out} (${lines.length} queries)\n`);
        return undefined;
      }
      const measured = await Promise.all(
        [false, true].map((understand) =>
          withProgress(understand ? 'understood' : 'as written', 'queries', (onProgress) => {
            let done = 0;
            return measureQueries(queries, async (text) => {
              signal.throwIfAborted();
              const found = await firstTen(generation, text, understand, signal);
              onProgress(++done, queries.length);
              return found;
            });
          }),
        ),
      );
      return KINDS.map((kind) => row(kind, measured.map((figures) => figures.get(kind)) as KindFigures[]));
    } finally {
      await generation.dispose();
    }
  });
  if (lines === undefined) return;
  const head = ['kind', 'queries', 'P@10', 'P@1', 'denied in 10', 'understood: P@10', 'P@1', 'denied in 10'];
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`${table.join('\n')}\n`);
}

/** Captions that are queries, evenly spaced over the images. */
const CAPTIONS = 400;

/** These queries, captions of the images, and queries for what no image shows. */
async function queryLines(
  typed: readonly TypedQuery[],
  {
    captions,
    names,
    vocabulary,
  }: {
    readonly captions: readonly (readonly string[])[];
    readonly names: readonly string[];
    readonly vocabulary: Vocabulary;
  },
  seed: number,
): Promise<QueryLine[]> {
  const named = (ids: Iterable<number>): string[] => Array.from(ids, (id) => names[id] as string);
  const asked = captions.map((own) => own.filter((caption) => canBeAsked(caption, vocabulary)));
  const captioned = [...asked.keys()].filter((image) => asked[image]?.length);
  return [
    ...evenlySpaced(captioned.length, CAPTIONS).map((at, turn): QueryLine => {
      const image = captioned[at] as number;
      const own = asked[image] as readonly string[];
      return { kind: 'caption', query: own[turn % own.length] as string, relevant: named([image]) };
    }),
    ...typed.map(({ kind, text, relevant }): QueryLine => ({ kind, query: text, relevant: named(relevant) })),
    ...(await absentQueries(captions, seed)).map(
      ({ kind, text }): QueryLine => ({ kind, query: text, relevant: [] }),
    ),
  ];
}

/** Captions may be too long for a query, or say only what there is not. */
function canBeAsked(caption: string, vocabulary: Vocabulary): boolean {
  try {
    readQuery(caption, (text) => readAsWritten(text, vocabulary));
    readQuery(caption, (text) => understandQuery(text, vocabulary));
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError) return false;
    throw thrown;
  }
}

async function firstTen(
  generation: SearchGeneration,
  text: string,
  understand: boolean,
  signal: AbortSignal,
): Promise<number[]> {
  const query = await generation.queries.encode({ text, understand });
  const recall = exactRecall(generation, localFields(generation));
  const candidates = await recall.nearest(query, query.ranking.shortlist, { signal });
  const request = { query, candidates, offset: 0, limit: 10, evidence: false };
  const { images } = await generation.ranker.rank(request, { signal });
  return images.map(({ id }) => id);
}

function row(kind: string, figures: readonly KindFigures[]): string[] {
  const cells = figures.flatMap(({ precision10, precision1, denied10 }) => [
    precision10.toFixed(2),
    precision1.toFixed(2),
    kind === 'without' ? denied10.toFixed(2) : '',
  ]);
  return [kind, String(figures[0]?.queries), ...cells];
}
