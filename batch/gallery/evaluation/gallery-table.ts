import { type DirectionMetrics, oneDecimal } from '../../../shared/retrieval/index.ts';
import { STAGES, type Stage } from '../../evaluation/stage-scores.ts';
import type { GalleryEvaluation, GalleryScore } from './evaluate-gallery.ts';

const recallsOf = ({ r1, r5, r10 }: DirectionMetrics): readonly number[] => [r1, r5, r10];

/** The figures of a model without the ranks, for JSON. */
export function galleryJson({ config, images, captions, shortlist, ...scores }: GalleryEvaluation) {
  const figures = ({ recalls, binding }: GalleryScore) => ({
    imageToText: recallsOf(recalls.imageToText),
    textToImage: recallsOf(recalls.textToImage),
    rsum: recalls.rsum,
    binding,
  });
  const entries = STAGES.map((name) => [name, figures(scores[name])] as const);
  return { propagation: config.propagation, images, captions, shortlist, ...Object.fromEntries(entries) };
}

function label(name: Stage, { config, shortlist }: GalleryEvaluation): string {
  if (name === 'coarse') return 'recall encoder alone';
  if (name === 'gsmn') return `GSMN, \`${config.propagation}\``;
  return name === 'fused'
    ? 'fused score, every pair'
    : `fused score, as a search ranks (shortlist ${shortlist})`;
}

/** A Markdown table: a row for each score of each model. A search has only one direction. */
export function galleryTable(evaluations: readonly GalleryEvaluation[]): string {
  const kinds = Object.keys(evaluations[0]?.gsmn.binding.byKind ?? {});
  const head = ['score', 'text to image R@1 5 10', 'image to text R@1 5 10', 'rsum', 'binding', ...kinds];
  const rows = evaluations.flatMap((evaluation) =>
    STAGES.map((name) => {
      const { recalls, binding } = evaluation[name];
      return [
        label(name, evaluation),
        recallsOf(recalls.textToImage).map(oneDecimal).join(' '),
        ...(name === 'served'
          ? ['', '']
          : [recallsOf(recalls.imageToText).map(oneDecimal).join(' '), oneDecimal(recalls.rsum)]),
        oneDecimal(binding.all),
        ...kinds.map((kind) => oneDecimal(binding.byKind[kind] ?? Number.NaN)),
      ];
    }),
  );
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
