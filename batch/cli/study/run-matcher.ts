import process from 'node:process';
import { createSimdMatcher } from '../../../shared/match/index.ts';
import { nodeKernelRuntime } from '../../../shared/platform/match/index.ts';
import { oneDecimal } from '../../../shared/retrieval/index.ts';
import {
  type MatchPrecision,
  matchPrecisionSchema,
  propagationSchema,
} from '../../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../../evaluation/encode-split.ts';
import { openEvaluation } from '../../evaluation/open-evaluation.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import { type DirectionAgreement, scoreAgreement } from '../../study/score-agreement.ts';
import { interruptible } from '../interrupt.ts';
import { checkpointFile, dataFolder, type ModelDataOptions } from '../options.ts';
import { withProgress } from '../progress.ts';

/** `gsmn study matcher`: prints the table of docs/performance.md. */
export async function runMatcher(options: ModelDataOptions & { readonly split: string }): Promise<void> {
  const evaluation = await openEvaluation({
    checkpoint: checkpointFile(options),
    folder: dataFolder(options),
    split: options.split,
    vocabulary: options.vocabulary,
    propagation: propagationSchema.optional().parse(options.propagation),
    backend: options.backend,
    protocol: 'clean',
    fold5: false,
  });
  const { engines, split, boxes, network } = evaluation;
  try {
    const rows = await interruptible(async (signal) => {
      const images = await withProgress('encode images', 'images', (onProgress) =>
        encodeImageGraphs(engines.encoder, split, boxes, { signal, onProgress }),
      );
      const captions = await withProgress('encode captions', 'captions', (onProgress) =>
        encodeCaptionGraphs(engines.encoder, split.captionIds, split.dependencies, { signal, onProgress }),
      );
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
        const found = scoreAgreement(exact, scores, images.length, captions.length);
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
        '| precision | direction | same first, % | same ten first, % | R@1 5 10 | largest difference of a score | root mean square |',
        '| --- | --- | --- | --- | --- | --- | --- |',
        ...rows,
        '',
      ].join('\n'),
    );
  } finally {
    await evaluation.close();
  }
}

function cells({ sameFirst, topTen, recalls }: DirectionAgreement): string {
  return `${oneDecimal(sameFirst)} | ${topTen.toFixed(2)} | ${recalls.map(oneDecimal).join(' ')}`;
}
