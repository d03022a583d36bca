import { type ParserConfig, type ParserModel, writeParser } from '../../shared/parse/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { loadTfjsBackend } from '../../shared/platform/tfjs/index.ts';
import type { Report } from '../report.ts';
import { fetchVectors } from '../word-vectors/fetch-vectors.ts';
import { readVectors, type WordVectors } from '../word-vectors/read-vectors.ts';
import { featureEntries, labels, lowerWords } from './training/feature-entries.ts';
import type { ParserRecipe } from './training/recipe.ts';
import { trainNetwork } from './training/train-network.ts';
import { readTreebank } from './treebank.ts';

export interface TrainParserOptions {
  /** CoNLL-U files. */
  readonly train: string;
  readonly dev: string;
  /** A file of word vectors; fetched if none is named. */
  readonly vectors?: string | undefined;
  readonly recipe: ParserRecipe;
  /** The file to write. */
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a parser on a treebank, on TensorFlow, and writes it.
 * @throws AppError `file_missing`, `format_invalid`, `backend_unavailable`, `diverged`, `cancelled`, `file_unwritable`
 */
export async function trainParser(options: TrainParserOptions, report: Report): Promise<void> {
  const { recipe, signal } = options;
  await loadTfjsBackend('tensorflow');
  const [train, dev] = [await readTreebank(options.train), await readTreebank(options.dev)];
  const path = options.vectors ?? (await fetchVectors(report, signal));
  const vectors = await readVectors(path, recipe.frequentVectors, lowerWords(train));
  const config = configuration(recipe, vectors, train);
  const tensors = await trainNetwork({ config, recipe, vectors, train, dev }, report, signal);
  const model: ParserModel = {
    config,
    tensors: new Map([...tensors].map(([name, { data }]) => [name, data])),
  };
  const bytes = writeParser(model);
  await writeFileAtomic(options.out, bytes);
  report.say(`${options.out}: ${(bytes.length / 1e6).toFixed(2)} MB`);
}

function configuration(
  recipe: ParserRecipe,
  vectors: WordVectors,
  train: Parameters<typeof featureEntries>[0],
): ParserConfig {
  const { featureSizes, hiddenSize, arcSize, relationSize, tagSize, threshold, ...how } = recipe;
  return {
    format: 'gsmn-parser',
    version: 1,
    featureSizes: { vector: vectors.size, ...featureSizes },
    hiddenSize,
    arcSize,
    relationSize,
    tagSize,
    entries: featureEntries(train, vectors.words, threshold),
    universalTags: labels(train, 'universalTags'),
    tags: labels(train, 'tags'),
    relations: labels(train, 'relations'),
    provenance: {
      sentences: train.length,
      words: train.reduce((sum, { words }) => sum + words.length, 0),
      recipe: { ...how, threshold },
    },
  };
}
