import process from 'node:process';
import type { ExtractResult } from '../../extraction/extract-photos.ts';
import { networkFeatures } from '../../extraction/network-features.ts';
import { buildIndex } from '../../index/build-index.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { withStorage } from '../../serve/storage.ts';
import { photoEncoder, photosSource } from '../../start/photos-source.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';
import { type ExtractionOptions, photoLimits } from './extraction-options.ts';
import { tellEstimate } from './tell-estimate.ts';
import { resultLine, resultValues } from './tell-extracted.ts';

export interface IndexPhotosOptions extends ExtractionOptions, IndexOptions {
  readonly checkpoint?: string;
  readonly encoder?: string;
  readonly models: string;
  readonly backend: string;
  readonly searchCaptions?: boolean;
}

/** `gsmn photos index` */
export async function runPhotosIndex(photos: string, options: IndexPhotosOptions): Promise<void> {
  const { index, backend, searchCaptions, json, strict, dryRun } = options;
  const folder = new IndexFolder(index);
  const limits = photoLimits(options);
  if (dryRun) {
    const [maker, encoder] = [await networkFeatures(options), await photoEncoder(options)];
    return interruptible((signal) =>
      tellEstimate({ ...options, source: photos, cache: folder.photos, limits, maker, encoder, signal }),
    );
  }
  const extracted: ExtractResult[] = [];
  const source = await photosSource(
    { ...options, photos, limits, build: true, onExtracted: (result) => extracted.push(result) },
    folder,
  );
  const { generation, built } = await withStorage({ ...options, mayReplace: true }, ({ store }) =>
    interruptible(async (signal) => {
      await source.prepare(terminalReport, signal);
      return buildIndex(
        {
          index,
          backend,
          data: source.folder,
          split: source.split,
          checkpoint: source.checkpoint,
          encoder: source.encoder,
          imagesUrl: source.imagesUrl,
          schema: source.schema?.(),
          searchCaptions,
          store,
          signal,
        },
        terminalReport,
      );
    }),
  );
  const [result] = extracted;
  process.stdout.write(
    json
      ? `${JSON.stringify({ index, generation, built, ...(result && resultValues(result)) })}\n`
      : `${result === undefined ? '' : `${resultLine(result)}\n`}generation ${generation} serves (${index})\n`,
  );
  if (strict && result !== undefined && result.problems.length > 0) process.exitCode = 1;
}
