import { join } from 'node:path';
import { MODEL_FILES, type Model, modelFiles } from '../../shared/generation/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { createEngines, type Engines } from '../../shared/platform/engines/index.ts';
import { openRecallEncoder } from '../../shared/retrieval/index.ts';
import { assertFeaturesOf } from '../data/feature-identity.ts';
import { openSplit } from '../data/open-split.ts';
import type { Split } from '../data/split.ts';

/** A prepared model that can score. */
type ReadyModel = Model & {
  readonly engines: Engines;
  readonly recall: Awaited<ReturnType<typeof openRecallEncoder>>;
};

/**
 * Fits something of a prepared model on a split. Engines and split are open as long as `work` takes.
 *
 * @param path the model's folder, for messages.
 * @throws AppError of the readers and of `work`.
 */
export async function fitOnSplit<Fitted>(
  model: Model,
  path: string,
  { data, split: name, backend }: { readonly data: string; readonly split: string; readonly backend: string },
  work: (ready: ReadyModel, split: Split) => Promise<Fitted>,
): Promise<Fitted> {
  const engines = await createEngines(model.config, model.parameters, backend);
  const recall = await openRecallEncoder(model.coarse);
  try {
    const split = await openSplit(data, name, { vocabularySize: model.config.vocabularySize });
    try {
      assertFeaturesOf(split, { ...model, path, kind: 'model folder' });
      return await work({ ...model, engines, recall }, split);
    } finally {
      await split.close();
    }
  } finally {
    await recall.dispose?.();
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
}

/** Writes how a model ranks into its folder; nothing else of the folder changes. */
export async function writeRanking(
  folder: string,
  model: Model,
  changes: Partial<Model['ranking']>,
): Promise<void> {
  const changed = { ...model, ranking: { ...model.ranking, ...changes } };
  const bytes = modelFiles(changed).get(MODEL_FILES.config) as Uint8Array;
  await writeFileAtomic(join(folder, MODEL_FILES.config), bytes);
}
