import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { PHOTO_FORM } from '../../features/photo-regions/photo-network.ts';
import { describePhoto } from '../../photos/facts/photo-metadata.ts';
import { countPhotos, findPhotos } from '../../photos/find/find-photos.ts';
import { ScanRecord, scanRecordPath } from '../../photos/memory/scan-record.ts';
import { type CollectedPhoto, collectPhotos } from '../../photos/photo-collection.ts';
import { type PhotoProblem, writeProblems } from '../../photos/photo-problem.ts';
import { type Photo, readerName, scanPhotos } from '../../photos/scan-photos.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';
import { photoLimits, type ReadingOptions } from './extraction-options.ts';

export interface ScanCommandOptions extends ReadingOptions {
  readonly cache: string;
  readonly dryRun?: boolean;
}

/** `gsmn photos scan` */
export async function runPhotosScan(source: string, options: ScanCommandOptions): Promise<void> {
  if (options.dryRun) return countFiles(source, options);
  const { cache, gps = false, strict, json } = options;
  const problemsFile = options.problems ?? join(cache, 'problems.jsonl');
  const began = performance.now();
  const photos: Photo[] = [];
  const problems: PhotoProblem[] = [];
  let others = 0;
  await interruptible(async (signal) => {
    const files = await countPhotos(source, signal);
    const record = await ScanRecord.open(
      scanRecordPath(cache, source),
      readerName({ form: PHOTO_FORM, gps }),
    );
    await terminalReport.stage('read photographs', 'files', async (onProgress) => {
      let done = 0;
      for await (const result of scanPhotos({
        source,
        // What the network sees, so that an extraction knows what a scan has read.
        form: PHOTO_FORM,
        gps,
        record,
        signal,
        limits: photoLimits(options),
        concurrency: options.threads,
      })) {
        if (result.kind === 'photo') photos.push(result.photo);
        else if (result.kind === 'problem') problems.push(result.problem);
        else others++;
        onProgress(++done, files);
      }
    });
    await writeProblems(problemsFile, problems);
  });
  const collected = collectPhotos(photos);
  const seconds = (performance.now() - began) / 1000;
  const summary = {
    source,
    photographs: photos.length,
    otherFiles: others,
    formats: countBy(photos, ({ inspection }) => inspection.format),
    bytes: photos.reduce((sum, { inspection }) => sum + inspection.bytes, 0),
    copies: photos.length - collected.length,
    alike: alikeGroups(collected),
    problems: { count: problems.length, codes: countBy(problems, ({ code }) => code), file: problemsFile },
    seconds: Number(seconds.toFixed(3)),
  };
  if (json) {
    const listed = collected.map((photo) => ({
      id: photo.id,
      name: photo.name,
      width: photo.inspection.width,
      height: photo.inspection.height,
      sha256: photo.inspection.sha256,
      ...describePhoto(photo),
    }));
    process.stdout.write(`${JSON.stringify({ ...summary, images: listed }, undefined, 2)}\n`);
  } else {
    process.stdout.write(`${lines(summary).join('\n')}\n`);
  }
  if (strict && problems.length > 0) process.exitCode = 1;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function alikeGroups(photos: readonly CollectedPhoto[]): {
  readonly groups: number;
  readonly photographs: number;
} {
  const members = photos.flatMap(({ alike }) => (alike === undefined ? [] : [alike]));
  return { groups: new Set(members).size, photographs: members.length };
}

function lines(summary: {
  readonly photographs: number;
  readonly otherFiles: number;
  readonly formats: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly copies: number;
  readonly alike: { readonly groups: number; readonly photographs: number };
  readonly problems: {
    readonly count: number;
    readonly codes: Readonly<Record<string, number>>;
    readonly file: string;
  };
  readonly seconds: number;
}): string[] {
  const { photographs, formats, bytes, copies, alike, problems, otherFiles, seconds } = summary;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, number]) => `${number.toLocaleString('en')} ${name}`)
      .join(', ');
  const rate = seconds > 0 ? ` (${(photographs / seconds).toFixed(0)} a second)` : '';
  return [
    `${photographs.toLocaleString('en')} photographs, ${mebibytes(bytes)} MiB, in ${seconds.toFixed(1)} s${rate}`,
    ...(photographs === 0 ? [] : [`formats: ${list(formats)}`]),
    `copies: ${copies.toLocaleString('en')}; ${alike.photographs.toLocaleString('en')} photographs look alike, in ${alike.groups.toLocaleString('en')} groups`,
    ...(otherFiles === 0 ? [] : [`other files: ${otherFiles.toLocaleString('en')}`]),
    problems.count === 0
      ? 'problems: none'
      : `problems: ${problems.count.toLocaleString('en')} (${list(problems.codes)}), listed in ${problems.file}`,
  ];
}

/** `--dry-run`: what a scan would read. */
async function countFiles(source: string, { json }: ScanCommandOptions): Promise<void> {
  const result = { source, files: 0, addresses: 0, problems: 0, bytes: 0 };
  await interruptible(async (signal) => {
    for await (const found of findPhotos(source)) {
      signal.throwIfAborted();
      if (found.kind === 'problem') result.problems++;
      else if ('url' in found.location) result.addresses++;
      else {
        const { size } = await stat(found.location.path).catch(() => ({ size: undefined }));
        if (size === undefined) result.problems++;
        else {
          result.files++;
          result.bytes += size;
        }
      }
    }
  });
  const { files, addresses, problems, bytes } = result;
  process.stdout.write(
    json
      ? `${JSON.stringify(result, undefined, 2)}\n`
      : `${files.toLocaleString('en')} files, ${mebibytes(bytes)} MiB; ${addresses.toLocaleString('en')} addresses; ${problems.toLocaleString('en')} problems\n`,
  );
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
