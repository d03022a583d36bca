import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { bytesSource } from '../../../shared/formats/byte-source.ts';
import { MODEL_FILES, modelFiles, readModel } from '../../../shared/generation/index.ts';
import { assertWritable, writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { createEngines } from '../../../shared/platform/engines/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { parserOf } from '../../../shared/platform/parse/index.ts';
import { openRecallEncoder } from '../../../shared/retrieval/index.ts';
import type { Calibration } from '../../../shared/schema/index.ts';
import { assertFeaturesOf } from '../../data/feature-identity.ts';
import { openSplit } from '../../data/open-split.ts';
import type { Report } from '../../report.ts';
import { fitCalibration } from './fit-calibration.ts';

export interface CalibrateOptions {
  /** A model folder. */
  readonly model: string;
  /** The model folder that gets the calibration: the same, or one that only differs in its recall encoder. */
  readonly into: string;
  readonly data: string;
  /** A split that the model has not seen, with captions. */
  readonly split: string;
  readonly backend: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fits the calibration of a prepared model again and writes it into a model folder; nothing else of it changes.
 *
 * @throws AppError of the readers; `argument_invalid` if the split has too few captions; `fingerprint_mismatch` if `into` has another
 *   network or weight.
 */
export async function calibrateModel(options: CalibrateOptions, report: Report): Promise<Calibration> {
  const { model: path, into, data, split: name, backend, signal } = options;
  const model = await readModel(folderFiles(path));
  const target = into === path ? model : await readModel(folderFiles(into));
  if (
    model.fingerprints.network !== target.fingerprints.network ||
    model.ranking.coarseWeight !== target.ranking.coarseWeight
  ) {
    throw new AppError('fingerprint_mismatch', `${into} has another network or weight than ${path}`, {
      hint: 'scores of one model say nothing of those of another: calibrate the model itself',
    });
  }
  await assertWritable(join(into, MODEL_FILES.config));
  const engines = await createEngines(model.config, model.parameters, backend);
  const recall = await openRecallEncoder(model.coarse);
  try {
    const split = await openSplit(data, name, { vocabularySize: model.config.vocabularySize });
    try {
      assertFeaturesOf(split, { ...model, path, kind: 'model folder' });
      const parser = model.parser && (await parserOf(bytesSource(`${path}: the parser`, model.parser)));
      const calibration = await fitCalibration({ ...model, engines, recall, parser }, split, report, signal);
      if (calibration === undefined) {
        throw new AppError('argument_invalid', `split ${name} of ${data} is too small to calibrate on`, {
          hint: 'use a split with some hundred captioned images',
        });
      }
      const calibrated = { ...target, ranking: { ...target.ranking, calibration } };
      const bytes = modelFiles(calibrated).get(MODEL_FILES.config) as Uint8Array;
      await writeFileAtomic(join(into, MODEL_FILES.config), bytes);
      return calibration;
    } finally {
      await split.close();
    }
  } finally {
    await recall.dispose?.();
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
}
