import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModel } from '../../batch/model/load-model.ts';
import { comparesParses, createModel, type Model } from '../../shared/generation/index.ts';
import { writeParser } from '../../shared/parse/index.ts';
import { fitCentredPooling } from '../../shared/retrieval/index.ts';
import type { FeatureIdentity, ModelConfig } from '../../shared/schema/index.ts';
import { parseVocabulary, type Vocabulary } from '../../shared/text/index.ts';
import { smallSplitFiles } from './data-folder.ts';
import { randomNumbers, seededRandom } from './random.ts';
import { randomParameters, smallConfig } from './random-model.ts';
import { randomParser, smallParserConfig } from './random-parser.ts';

const WORDS = ['<pad>', '<start>', '<end>', '<unk>', 'dog', 'runs', 'cat', 'sleeps', 'a', 'on', 'grass'];

/** A vocabulary of the small network's size, as a file. */
const SMALL_VOCABULARY = JSON.stringify({
  word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])),
});

/** A data folder of small splits, a prepared model, and a folder for an index. */
export interface SmallProject {
  readonly data: string;
  readonly model: string;
  readonly index: string;
  readonly prepared: Model;
  readonly vocabulary: Vocabulary;
  remove(): void;
}

/** Writes splits of `images` images each (3 regions, 4 features, 5 captions) and a random model for them. */
export async function smallProject(
  splits: Readonly<Record<string, number>>,
  {
    seed = 11,
    config = {},
    features,
  }: {
    readonly seed?: number;
    readonly config?: Partial<ModelConfig>;
    /** The source that data and model name; none leaves both unnamed. */
    readonly features?: FeatureIdentity;
  } = {},
): Promise<SmallProject> {
  const root = mkdtempSync(join(tmpdir(), 'gsmn-index-'));
  const data = join(root, 'data');
  mkdirSync(data);
  for (const [split, images] of Object.entries(splits)) {
    for (const [name, content] of smallSplitFiles(split, images)) writeFileSync(join(data, name), content);
    if (features !== undefined) {
      writeFileSync(join(data, `${split}_features.json`), JSON.stringify(features));
    }
  }
  writeFileSync(join(data, 'vocab.json'), SMALL_VOCABULARY);
  const vocabulary = parseVocabulary(SMALL_VOCABULARY, 'vocab.json');
  const random = seededRandom(seed);
  const network = smallConfig({ imageFeatureSize: 4, ...config });
  const { jointSize } = network;
  const prepared = await createModel({
    config: network,
    features,
    parameters: randomParameters(random, network),
    vocabulary,
    coarse: fitCentredPooling(
      jointSize,
      [
        {
          regions: 2,
          features: new Float32Array(),
          nodes: randomNumbers(random, 2 * jointSize),
          boxes: new Float32Array(8),
        },
      ],
      [{ ids: [1, 4, 2], words: randomNumbers(random, 3 * jointSize) }],
    ),
    ranking: { shortlist: 10, coarseWeight: 0.5 },
    parser: comparesParses(network) ? writeParser(randomParser(random, smallParserConfig())) : undefined,
  });
  const model = join(root, 'model');
  await writeModel(prepared, model);
  return {
    data,
    model,
    index: join(root, 'index'),
    prepared,
    vocabulary,
    remove: () => rmSync(root, { recursive: true }),
  };
}
