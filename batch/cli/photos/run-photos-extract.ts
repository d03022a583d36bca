import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';
import { extractPhotos } from '../../extraction/extract-photos.ts';
import { networkFeatures } from '../../extraction/network-features.ts';
import { pretrainedFeatures } from '../../extraction/pretrained-features.ts';
import { findEncoder } from '../../pretrained/find-encoder.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';
import { type ExtractionOptions, photoLimits } from './extraction-options.ts';
import { tellEstimate } from './tell-estimate.ts';
import { resultLine, resultValues } from './tell-extracted.ts';

export interface ExtractCommandOptions extends ExtractionOptions {
  readonly out: string;
  readonly split: string;
  readonly cache: string;
  readonly features?: string;
  readonly models: string;
}

/** `gsmn photos extract` */
export async function runPhotosExtract(source: string, options: ExtractCommandOptions): Promise<void> {
  const { out, split, cache, features, models, device, json, strict, dryRun } = options;
  if (!/^[\w-]+$/.test(split)) {
    throw new AppError('argument_invalid', `"${split}" cannot be the name of a split`, {
      hint: 'letters, digits, _ and -; train, dev and test have their meaning',
    });
  }
  const limits = photoLimits(options);
  if (features !== undefined && device !== undefined) {
    throw new AppError('argument_invalid', '--device is for the network that ships, and not for --features');
  }
  const maker =
    features === undefined
      ? await networkFeatures(options)
      : await pretrainedFeatures(await findEncoder(features, models));
  if (dryRun) return interruptible((signal) => tellEstimate({ ...options, source, limits, maker, signal }));
  const result = await interruptible((signal) =>
    extractPhotos({ ...options, source, data: out, split, cache, limits, maker, signal }, terminalReport),
  );
  process.stdout.write(
    json
      ? `${JSON.stringify({ data: out, split, ...resultValues(result) })}\n`
      : `${resultLine(result)}\nsplit ${split} of ${out}${result.written ? '' : ' is up to date'}\n`,
  );
  if (strict && result.problems.length > 0) process.exitCode = 1;
}
