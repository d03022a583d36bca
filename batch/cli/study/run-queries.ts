import process from 'node:process';
import { openImagePayloads } from '../../../shared/generation/image-payloads.ts';
import { createQueryEngines } from '../../../shared/platform/engines/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { loadParser, parserOf } from '../../../shared/platform/parse/index.ts';
import { exactRecall } from '../../../shared/search/exact-recall.ts';
import { localFields } from '../../../shared/search/local-fields.ts';
import { openSearchGeneration, type SearchGeneration } from '../../../shared/search/search-generation.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { KINDS, type KindFigures, measureQueries, typedQueries } from '../../study/typed-queries.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

interface QueriesOptions {
  readonly index: string;
  readonly backend: string;
  readonly seed: number;
}

/** `gsmn study queries`: prints the table of docs/query-understanding.md. */
export async function runQueries({ index, backend, seed }: QueriesOptions): Promise<void> {
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
      const captions = await captionsOf(generation);
      const queries = await typedQueries(captions, await loadParser(), generation.model.vocabulary, seed);
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
  const head = ['kind', 'queries', 'P@10', 'P@1', 'denied in 10', 'understood: P@10', 'P@1', 'denied in 10'];
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write(`${table.join('\n')}\n`);
}

async function captionsOf({ files, manifest }: SearchGeneration): Promise<(readonly string[])[]> {
  const payloads = await openImagePayloads(files, manifest);
  try {
    const all = await payloads?.read(Array.from({ length: manifest.images.count }, (_, id) => id));
    return (all ?? []).map(({ captions }) => captions);
  } finally {
    await payloads?.close();
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
