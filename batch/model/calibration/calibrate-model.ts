import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { bytesSource } from '../../../shared/formats/byte-source.ts';
import { MODEL_FILES, readModel } from '../../../shared/generation/index.ts';
import { assertWritable } from '../../../shared/platform/atomic-file.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { parserOf } from '../../../shared/platform/parse/index.ts';
import type { Calibration } from '../../../shared/schema/index.ts';
import type { Report } from '../../report.ts';
import { fitOnSplit, writeRanking } from '../fit-on-split.ts';
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
  const { model: path, into, data, split: name, signal } = options;
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
  return fitOnSplit(model, path, options, async (ready, split) => {
    const parser = model.parser && (await parserOf(bytesSource(`${path}: the parser`, model.parser)));
    const calibration = await fitCalibration({ ...ready, parser }, split, report, signal);
    if (calibration === undefined) {
      throw new AppError('argument_invalid', `split ${name} of ${data} is too small to calibrate on`, {
        hint: 'use a split with some hundred captioned images',
      });
    }
    await writeRanking(into, target, { calibration });
    return calibration;
  });
}
