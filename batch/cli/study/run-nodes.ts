import process from 'node:process';
import { oneDecimal } from '../../../shared/retrieval/index.ts';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../../evaluation/encode-split.ts';
import { openEvaluation } from '../../evaluation/open-evaluation.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import { CODINGS, codedImages, rankAgreement, rowInt8 } from '../../study/node-dtypes.ts';
import { interruptible } from '../interrupt.ts';
import { checkpointFile, dataFolder, type ModelDataOptions } from '../options.ts';
import { withProgress } from '../progress.ts';

/** `gsmn study nodes`: prints the table of docs/node-store.md. */
export async function runNodes(options: ModelDataOptions & { readonly split: string }): Promise<void> {
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
    const lines = await interruptible(async (signal) => {
      const images = await withProgress('encode images', 'images', (onProgress) =>
        encodeImageGraphs(engines.encoder, split, boxes, { signal, onProgress }),
      );
      const captions = await withProgress('encode captions', 'captions', (onProgress) =>
        encodeCaptionGraphs(engines.encoder, split.captionIds, split.dependencies, { signal, onProgress }),
      );
      let exact: Float32Array | undefined;
      const rows: string[] = [];
      for (const coding of [...CODINGS, rowInt8(network.config.jointSize)]) {
        const scores = await withProgress(`match with ${coding.name}`, 'pairs', (onProgress) =>
          scoreMatrix(engines.matcher, codedImages(images, coding), captions, { signal, onProgress }),
        );
        exact ??= scores;
        const found = rankAgreement(exact, scores, images.length, captions.length);
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
        '| nodes | KiB an image | same first image, % | same ten first, % | largest difference of a score | R@1 5 10 |',
        '| --- | --- | --- | --- | --- | --- |',
        ...lines,
        '',
      ].join('\n'),
    );
  } finally {
    await evaluation.close();
  }
}
