import process from 'node:process';
import { oneDecimal } from '../../../shared/retrieval/index.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import { CODINGS, codedImages, rankAgreement, rowInt8 } from '../../study/node-dtypes.ts';
import { withProgress } from '../progress.ts';
import { type StudyOptions, withEncodedSplit } from './with-encoded-split.ts';

/** `gsmn study nodes`: prints the table of docs/node-store.md. */
export async function runNodes(options: StudyOptions): Promise<void> {
  const lines = await withEncodedSplit(options, async (encoded) => {
    const { engines, split, network, images, captions, signal } = encoded;
    let exact: Float32Array | undefined;
    const rows: string[] = [];
    for (const coding of [...CODINGS, rowInt8(network.config.jointSize)]) {
      const scores = await withProgress(`match with ${coding.name}`, 'pairs', (onProgress) =>
        scoreMatrix(engines.matcher, codedImages(images, coding), captions, { signal, onProgress }),
      );
      exact ??= scores;
      const found = rankAgreement(exact, scores, images.length, split.captionImages);
      const bytes = coding.bytesPerNumber * network.config.jointSize * split.regions;
      rows.push(
        `| ${coding.name} | ${(bytes / 1024).toFixed(1)} | ${oneDecimal(found.sameFirst)} | ${found.topTen.toFixed(2)} | ` +
          `${found.largestDifference.toExponential(1)} | ${found.recalls.map(oneDecimal).join(' ')} |`,
      );
    }
    return rows;
  });
  process.stdout.write(
    [
      '| nodes | KiB for an image | same first image, % | same first ten, % | largest difference of a score | R@1 5 10 |',
      '| --- | --- | --- | --- | --- | --- |',
      ...lines,
      '',
    ].join('\n'),
  );
}
