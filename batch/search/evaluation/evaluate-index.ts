import { readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/index.ts';
import { openImagePayloads } from '../../../shared/generation/image-payloads.ts';
import type { Channel, ImagePayload } from '../../../shared/schema/index.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';
import type { Report } from '../../report.ts';
import { type OpenIndexOptions, openIndexSearch } from '../search-index.ts';
import { type AnsweredQuery, answered, figuresByKind, type KindFigures } from './query-figures.ts';
import { readQueryFile } from './query-file.ts';
import { type Reliability, reliability } from './reliability.ts';

export interface EvaluateIndexOptions extends OpenIndexOptions {
  /** The file of queries. */
  readonly queries: string;
  /** Whether queries are read as they were meant. */
  readonly understand: boolean;
  /** What recall goes over. Captions of images that are searched must not raise the figures of a model, so by default pixels alone. */
  readonly channels?: readonly Channel[] | undefined;
}

export interface IndexEvaluation {
  readonly generation: string;
  readonly images: number;
  readonly figures: readonly KindFigures[];
  /** Undefined if the model is not calibrated. */
  readonly reliability: Reliability | undefined;
  readonly queries: readonly AnsweredQuery[];
}

/**
 * Searches the active generation with the queries of a file, as its services do, and measures each stage.
 *
 * @throws AppError of `readQueryFile` and of searches; `file_missing`.
 */
export async function evaluateIndex(options: EvaluateIndexOptions, report: Report): Promise<IndexEvaluation> {
  const { queries: path, understand, channels = ['pixels'], signal } = options;
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('file_missing', `${path} cannot be read`, {
      hint: 'name a file with a query on each line: --queries FILE.jsonl',
      cause,
    });
  });
  const index = await openIndexSearch(options);
  try {
    const { generation } = index;
    const queries = readQueryFile(content, path, await imagesOf(generation));
    // Services compare no more than the shortlist, whatever the page.
    const limit = generation.manifest.ranking.shortlist;
    const all: AnsweredQuery[] = [];
    await report.stage('search', 'queries', async (onProgress) => {
      for (const query of queries) {
        signal.throwIfAborted();
        const answer = await index
          .search({
            query: query.text,
            limit,
            exhaustive: false,
            understand,
            channels,
            // Each image is judged by itself.
            collapse: false,
            fuse: true,
          })
          .catch((thrown: unknown) => {
            throw aboutQuery(thrown, path, query.text);
          });
        all.push(answered(query, answer));
        onProgress(all.length, queries.length);
      }
    });
    return {
      generation: generation.manifest.id,
      images: generation.manifest.images.count,
      figures: figuresByKind(all),
      reliability: reliability(all),
      queries: all,
    };
  } finally {
    await index.dispose();
  }
}

/** Names the query of the file that cannot be searched. */
function aboutQuery(thrown: unknown, path: string, text: string): unknown {
  if (!(thrown instanceof AppError) || !thrown.code.startsWith('query_')) return thrown;
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return new AppError(thrown.code, `${path}: ${JSON.stringify(shown)}: ${thrown.message}`, {
    hint: thrown.hint,
    cause: thrown,
  });
}

/** What is known of the images of a generation, by id; the search itself does not read it. */
export async function imagesOf({ files, manifest }: SearchGeneration): Promise<readonly ImagePayload[]> {
  const payloads = await openImagePayloads(files, manifest);
  try {
    const all = await payloads?.read(Array.from({ length: manifest.images.count }, (_, id) => id));
    return all ?? [];
  } finally {
    await payloads?.close();
  }
}
