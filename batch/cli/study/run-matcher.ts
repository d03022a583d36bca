import process from 'node:process';
import { createSimdMatcher } from '../../../shared/match/simd/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { oneDecimal } from '../../../shared/retrieval/index.ts';
import { type MatchPrecision, matchPrecisionSchema } from '../../../shared/schema/index.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import { type DirectionAgreement, scoreAgreement } from '../../study/score-agreement.ts';
import { withProgress } from '../progress.ts';
import { type StudyOptions, withEncodedSplit } from './with-encoded-split.ts';

/** `gsmn study matcher`: prints the table of docs/performance.md. */
export async function runMatcher(options: StudyOptions): Promise<void> {
  const rows = await withEncodedSplit(options, async ({ network, split, images, captions, signal }) => {
    const runtime = await nodeKernelRuntime();
    const scoreWith = async (precision: MatchPrecision) => {
      const matcher = createSimdMatcher(network.config, network.parameters, runtime, { precision });
      try {
        return await withProgress(`match in ${precision}`, 'pairs', (onProgress) =>
          scoreMatrix(matcher, images, captions, { signal, onProgress }),
        );
      } finally {
        await matcher.dispose();
      }
    };
    let exact: Float32Array | undefined;
    const lines: string[] = [];
    for (const precision of matchPrecisionSchema.options) {
      const scores = await scoreWith(precision);
      exact ??= scores;
      const found = scoreAgreement(exact, scores, images.length, split.captionImages);
      lines.push(
        `| ${precision} | text to image | ${cells(found.textToImage)} | ${found.largestDifference.toExponential(1)} | ` +
          `${found.rootMeanSquare.toExponential(1)} |`,
        `| ${precision} | image to text | ${cells(found.imageToText)} | | |`,
      );
    }
    return lines;
  });
  process.stdout.write(
    [
      '| precision | direction | same first, % | same first ten, % | R@1 5 10 | largest difference of a score | root mean square |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  );
}

function cells({ sameFirst, topTen, recalls }: DirectionAgreement): string {
  return `${oneDecimal(sameFirst)} | ${topTen.toFixed(2)} | ${recalls.map(oneDecimal).join(' ')}`;
}
