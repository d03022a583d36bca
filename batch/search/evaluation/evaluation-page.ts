import { pageHead } from '../../evaluation/report/page-head.ts';
import { element, escapeMarkup } from '../../plot/markup.ts';
import type { IndexEvaluation } from './evaluate-index.ts';
import { type FiguresRow, figuresTable } from './figures-table.ts';
import { type AnsweredQuery, rankOf } from './query-figures.ts';
import { reliabilityPlot } from './reliability.ts';

/** Images of a query on the page. */
const SHOWN = 5;

/** The evaluation as one page, without script and without anything from a network. */
export function evaluationPage(evaluation: IndexEvaluation, name: string, worst: number): string {
  const { generation, images, figures, reliability, queries } = evaluation;
  const title = `Evaluation of generation ${generation}`;
  const head = pageHead(title);
  const counts = `${queries.length.toLocaleString('en')} queries of ${name}, ${images.toLocaleString('en')} images`;
  const [columns = [], ...rows] = figuresTable(figures);
  const kinds = [...Map.groupBy(queries, ({ kind }) => kind)];
  const body = [
    element('main', {}, [
      element('h1', {}, [escapeMarkup(title)]),
      element('p', {}, [escapeMarkup(counts)]),
      '<h2>Figures</h2>',
      element('p', { class: 'detail' }, ['Brackets: 95 % confidence intervals, by resampling queries.']),
      element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'figures' }, [
        table(columns, rows),
      ]),
      ...(reliability === undefined
        ? []
        : ['<h2>Reliability</h2>', reliabilityPlot(reliability, 'What relevance says, and what fits')]),
      ...kinds.flatMap(([kind, own]) => worstOf(kind, own, worst)),
    ]),
  ];
  return `<!doctype html>\n${element('html', { lang: 'en' }, [element('head', {}, head), element('body', {}, body)])}\n`;
}

function table(columns: FiguresRow, rows: readonly FiguresRow[]): string {
  const head = columns.map((text) => element('th', { scope: 'col' }, [escapeMarkup(text)]));
  return element('table', {}, [
    element('thead', {}, [element('tr', {}, head)]),
    element(
      'tbody',
      {},
      rows.map(([first = '', ...cells]) =>
        element('tr', {}, [
          element('th', { scope: 'row' }, [escapeMarkup(first)]),
          ...cells.map((text) => element('td', {}, [escapeMarkup(text)])),
        ]),
      ),
    ),
  ]);
}

/** The queries of a kind that were answered worst: the first relevant image is furthest down, or something was found where nothing is. */
function worstOf(kind: string, queries: readonly AnsweredQuery[], count: number): string[] {
  const badness = (query: AnsweredQuery): number =>
    query.relevant.size > 0 ? rankOf(query, 'fused') : (query.orders.fused[0]?.relevance ?? 0);
  const sorted = queries.toSorted((a, b) => badness(b) - badness(a)).slice(0, count);
  return [
    element('h2', {}, [escapeMarkup(`${kind}: the ${sorted.length} worst of ${queries.length}`)]),
    element('ol', { class: 'cards' }, sorted.map(card)),
  ];
}

function card(query: AnsweredQuery): string {
  const { text, relevant, match, orders } = query;
  const rank = rankOf(query, 'fused');
  const place =
    relevant.size === 0 ? 'nothing fits' : rank === Number.POSITIVE_INFINITY ? 'not found' : `rank ${rank}`;
  const detail = [
    `${relevant.size} relevant`,
    ...(relevant.size === 0
      ? []
      : [`rank by recall ${rankOf(query, 'recall')}, by GSMN ${rankOf(query, 'rerank')}`]),
    ...(match === undefined ? [] : [`match: ${match}`]),
  ].join('; ');
  const found = orders.fused.slice(0, SHOWN).map(({ id, relevance, image }) => {
    const percent = relevance === undefined ? '' : `, ${Math.round(100 * relevance)}%`;
    const caption = image.captions[0] === undefined ? '' : `: ${image.captions[0]}`;
    return element('li', relevant.has(id) ? { class: 'right' } : {}, [
      escapeMarkup(`${image.name}${percent}${caption}`),
    ]);
  });
  return element('li', { class: 'card' }, [
    element('article', {}, [
      element('header', {}, [
        element('span', { class: rank <= 10 ? 'rank near' : 'rank' }, [place]),
        element('h3', {}, [escapeMarkup(text)]),
        element('p', { class: 'detail' }, [escapeMarkup(detail)]),
      ]),
      element('ol', { class: 'captions' }, found),
    ]),
  ]);
}
