import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitFile } from '../../../batch/data/split-files.ts';
import { drawnRegions } from '../../../batch/features/drawn-regions/drawn-regions.ts';
import { featureIdentity } from '../../../batch/features/feature-source.ts';
import { galleryModelFolder } from '../../../batch/gallery/model-folder.ts';
import { MODEL_FILES } from '../../../shared/generation/index.ts';
import { parseVocabulary, understandQuery } from '../../../shared/text/index.ts';
import { npyBytes, sizeBytes } from '../../support/data-folder.ts';
import { seededRandom } from '../../support/random.ts';

/** Width and height of every image, in pixels. */
const SIZE = [640, 480] as const;
/** Words of a sentence. */
const WORDS = { fewest: 4, most: 11 } as const;

/** A word that the built-in model knows, and its id. */
interface Known {
  readonly word: string;
  readonly id: number;
}

/** The vocabulary of the model that indexes are built with. */
const vocabularyFile = (): string => join(galleryModelFolder(), MODEL_FILES.vocabulary);

/** Words of which any sentence is a query: none that denies what follows it. */
function knownWords(): readonly Known[] {
  const path = vocabularyFile();
  const vocabulary = parseVocabulary(readFileSync(path, 'utf8'), path);
  return Array.from({ length: vocabulary.size }, (_, id) => ({ word: vocabulary.wordOf(id), id })).filter(
    ({ word }) => /^[a-z]+$/.test(word) && understandQuery(`${word} dog`, vocabulary).without.length === 0,
  );
}

/** A source of sentences of known words; nearly all are new, so that no cache answers them. */
export function knownSentences(seed: number): () => string {
  const words = knownWords();
  const random = seededRandom(seed);
  return () => textOf(drawWords(random, words));
}

/**
 * Writes splits for the built-in gallery's model into a data folder: random features and boxes, and one sentence for
 * each image. They cost a search what drawn images cost, and are made in a second instead of minutes.
 */
export function writeCollection(
  folder: string,
  splits: Readonly<Record<string, number>>,
  seed: number,
): void {
  mkdirSync(folder, { recursive: true });
  const words = knownWords();
  copyFileSync(vocabularyFile(), join(folder, 'vocab.json'));
  for (const [at, [split, images]] of Object.entries(splits).entries()) {
    writeSplit(folder, split, images, seededRandom(seed + at), words);
  }
}

function writeSplit(
  folder: string,
  split: string,
  images: number,
  random: () => number,
  words: readonly Known[],
): void {
  const { regions, featureSize } = drawnRegions;
  const features = Int8Array.from(
    { length: images * regions * featureSize },
    () => Math.floor(256 * random()) - 128,
  );
  const boxes = new Float32Array(4 * images * regions);
  for (let at = 0; at < boxes.length; at += 4) {
    const [left, top] = [random() * 0.8 * SIZE[0], random() * 0.8 * SIZE[1]];
    boxes.set([left, top, left + 8 + random() * 0.15 * SIZE[0], top + 8 + random() * 0.15 * SIZE[1]], at);
  }
  const captions = Array.from({ length: images }, () => drawWords(random, words));
  const lines = (entries: readonly string[]): string => entries.map((entry) => `${entry}\n`).join('');
  const files = {
    features: npyBytes("'|i1'", [images, regions, featureSize], features),
    boxes: npyBytes("'<f4'", [images, regions, 4], boxes),
    sizes: sizeBytes(Array.from({ length: images }, () => SIZE)),
    source: JSON.stringify(featureIdentity(drawnRegions)),
    captionTexts: lines(captions.map(textOf)),
    captionIds: lines(captions.map((caption) => [1, ...caption.map(({ id }) => id), 2].join(','))),
    captionImages: '1 per image\n',
    imageNames: lines(captions.map((_, image) => `${split}/${String(image).padStart(5, '0')}.webp`)),
  } as const;
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(splitFile(folder, split, file as keyof typeof files), content);
  }
}

function drawWords(random: () => number, words: readonly Known[]): Known[] {
  const count = WORDS.fewest + Math.floor((WORDS.most + 1 - WORDS.fewest) * random());
  return Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).filter(
    (word) => word !== undefined,
  );
}

function textOf(words: readonly Known[]): string {
  return words.map(({ word }) => word).join(' ');
}
