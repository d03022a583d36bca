import { type Estimate, type KindFigures, STAGES } from './query-figures.ts';

/** The cells of a row. */
export type FiguresRow = readonly string[];

/** The figures as rows of text, in percent with their confidence intervals; the first row names the columns. */
export function figuresTable(kinds: readonly KindFigures[]): FiguresRow[] {
  const hasMatch = kinds.some(({ doubted }) => doubted !== undefined);
  const head = [
    'kind',
    'queries',
    'stage',
    'first',
    'first 5',
    'first 10',
    'P@10',
    'MRR',
    ...(hasMatch ? ['weak or none', 'none'] : []),
  ];
  return [head, ...kinds.flatMap((kind) => kindRows(kind, hasMatch))];
}

function kindRows({ kind, queries, stages, doubted, none }: KindFigures, hasMatch: boolean): FiguresRow[] {
  const match = hasMatch ? [text(doubted), text(none)] : [];
  if (stages === undefined) return [[kind, String(queries), 'fused', '', '', '', '', '', ...match]];
  return STAGES.map((stage) => {
    const { hit1, hit5, hit10, precision10, reciprocalRank } = stages[stage];
    const own = [hit1, hit5, hit10, precision10, reciprocalRank].map(text);
    // A search answers in the fused order.
    return [kind, String(queries), stage, ...own, ...(stage === 'fused' ? match : match.map(() => ''))];
  });
}

function text(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '';
  const [mean, low, high] = [estimate.mean, estimate.low, estimate.high].map((share) =>
    (100 * share).toFixed(1),
  );
  return `${mean} [${low}, ${high}]`;
}
