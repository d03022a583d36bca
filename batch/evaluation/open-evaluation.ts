import { AppError } from '../../shared/errors/index.ts';
import { createEngines, type Engines } from '../../shared/platform/engines/index.ts';
import type { MatchPrecision, Propagation, Protocol } from '../../shared/schema/index.ts';
import { type LoadedNetwork, loadNetwork } from '../checkpoint/load-network.ts';
import type { BoxFormat } from '../data/box-format.ts';
import { assertFeaturesOf } from '../data/feature-identity.ts';
import { openSplit } from '../data/open-split.ts';
import type { Split } from '../data/split.ts';
import { readVocabulary } from '../vocabulary/vocabulary-file.ts';
import { type Fold, fiveFolds, wholeSplit } from './folds.ts';
import { releasedBoxes, releasedSplit } from './released-protocol.ts';

export interface EvaluationRequest {
  /** A `.pth.tar` or a model folder. */
  readonly checkpoint: string;
  /** The data folder. */
  readonly folder: string;
  readonly split: string;
  readonly boxFormat?: BoxFormat | undefined;
  /** A vocabulary file to check the model against; captions are ids and need none. */
  readonly vocabulary?: string | undefined;
  readonly propagation?: Propagation | undefined;
  /** `auto` or a backend's name. */
  readonly backend: string;
  /** The numbers that the fused matcher multiplies; float32 by default. */
  readonly precision?: MatchPrecision | undefined;
  readonly protocol: Protocol;
  /** Whether five folds are scored separately, as for MSCOCO. */
  readonly fold5: boolean;
}

/** A model and a split that fit together, ready to score. The caller closes it. */
export interface Evaluation {
  readonly network: LoadedNetwork;
  readonly split: Split;
  readonly engines: Engines;
  readonly protocol: Protocol;
  readonly folds: readonly Fold[];
  /** `[images, R, 4]`, the fractions that images are scored with. */
  readonly boxes: Float32Array;
  close(): Promise<void>;
}

/**
 * Loads the model, opens the split, checks that they fit together and makes the engines.
 *
 * @throws AppError of the readers, `shape_mismatch`, `fingerprint_mismatch` (features of another source), `file_missing` (captions, a parse), `argument_invalid` (folds),
 *   `backend_unavailable`.
 */
export async function openEvaluation(request: EvaluationRequest): Promise<Evaluation> {
  const network = await loadNetwork(request.checkpoint, request.propagation);
  const { config, parameters } = network;
  if (request.vocabulary !== undefined) await assertVocabulary(request.vocabulary, network);
  const { fold5, protocol, boxFormat } = request;
  const { vocabularySize } = config;
  const opened = await openSplit(request.folder, request.split, { vocabularySize, boxFormat });
  try {
    assertBelongTogether(network, opened);
    const split = protocol === 'released' ? releasedSplit(opened) : opened;
    const { images, captionImages } = split;
    const folds = fold5 ? fiveFolds(images, captionImages) : wholeSplit(images, captionImages);
    const boxes = protocol === 'released' ? releasedBoxes(split, fold5) : split.boxes;
    const engines = await createEngines(config, parameters, request.backend, {
      precision: request.precision,
    });
    const close = async (): Promise<void> => {
      await engines.encoder.dispose();
      await engines.matcher.dispose();
      await split.close();
    };
    return { network, split, engines, protocol, folds, boxes, close };
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
}

async function assertVocabulary(path: string, network: LoadedNetwork): Promise<void> {
  const { size } = (await readVocabulary(path)).vocabulary;
  if (size === network.config.vocabularySize) return;
  throw new AppError(
    'shape_mismatch',
    `${path} has ${size} words, the model ${network.path} ${network.config.vocabularySize}`,
    { hint: 'use the vocabulary that the model was trained with' },
  );
}

function assertBelongTogether(network: LoadedNetwork, split: Split): void {
  const { path, config } = network;
  const file = (name: string): string => `${split.folder}/${split.split}_${name}`;
  assertFeaturesOf(split, network);
  if (split.captionIds.length === 0) {
    throw new AppError(
      'file_missing',
      `there are no captions to compare with: no ${file('precaps_stan.txt')}`,
      {
        hint: 'it holds the captions as word ids, a line each; gsmn captions encode makes it',
      },
    );
  }
  if (config.sparse && config.propagation === 'neighbours' && split.dependencies === undefined) {
    throw new AppError(
      'file_missing',
      `the model ${path} needs the captions' parses: no ${file('caps.json')}`,
      {
        hint: 'a sparse model that propagates its neighbours looks at them; make the file, or pass --propagation self',
      },
    );
  }
}
