import { pageHead } from '../evaluation/report/page-head.ts';
import { element, escapeMarkup } from '../plot/markup.ts';
import type { QueryReport, QueryTally, Tally } from './query-report.ts';

type Row = readonly [first: string, ...cells: (string | number)[]];

const TALLY_COLUMNS = ['searches', 'no hit', 'nothing fits', 'weak', 'degraded', 'clicks'] as const;
const tallyCells = ({ searches, zero, none, weak, degraded, clicks }: Tally): number[] => [
  searches,
  zero,
  none,
  weak,
  degraded,
  clicks,
];

/** The report as one page, without script and without anything from a network. Every query is somebody's text: all of it is escaped. */
export function reportPage(report: QueryReport): string {
  const { total, pages, withheld, lostClicks, queries, days, top, failing, slow, positions } = report;
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  const title =
    first === undefined ? 'Queries' : `Queries, ${first === last ? first : `${first} to ${last}`}`;
  const kept = Object.entries(withheld).map(([why, count]) => `${count} with ${NAMES[why] ?? why}`);
  const facts: Row[] = [
    ['searches', total.searches],
    ['different queries', queries],
    ['further pages', pages],
    ['nothing fits, or no hit', share(total.none + total.zero, total.searches)],
    ['only weakly', share(total.weak, total.searches)],
    ['degraded', share(total.degraded, total.searches)],
    ['chosen hits', total.clicks],
    ['queries not in the log', kept.join(', ') || 'none'],
    ...(lostClicks === 0 ? [] : [['clicks of searches in other files', lostClicks] as const]),
  ];
  const head = pageHead(title, { style: STYLE });
  const main = [
    element('h1', {}, [escapeMarkup(title)]),
    table('figures', ['', ''], facts),
    '<h2>By day</h2>',
    table(
      'days',
      ['day (UTC)', ...TALLY_COLUMNS, 'median ms', '95 % ms'],
      days.map((day) => [day.day, ...tallyCells(day), day.medianMs ?? '', day.p95Ms ?? '']),
    ),
    '<h2>Most often searched for</h2>',
    queryTable('top', top),
    '<h2>Where nothing fits</h2>',
    queryTable('failing', failing),
    '<h2>Slowest</h2>',
    queryTable('slow', slow),
    '<h2>Positions of chosen hits</h2>',
    table(
      'positions',
      ['position', 'clicks'],
      positions.map((one) => [one.positions, one.clicks]),
    ),
  ];
  const body = element('main', {}, main);
  return `<!doctype html>\n${element('html', { lang: 'en' }, [element('head', {}, head), element('body', {}, [body])])}\n`;
}

const NAMES: Readonly<Record<string, string>> = {
  account: 'an address of mail or an account',
  link: 'a link',
  number: 'a long number',
};

/** Queries are long, and may be of any script. */
const STYLE =
  '\ntbody th { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; text-align: start; font-weight: 400; }';

function queryTable(name: string, queries: readonly QueryTally[]): string {
  if (queries.length === 0) return element('p', {}, ['None.']);
  return table(
    name,
    ['query', ...TALLY_COLUMNS, 'mean position', 'mean ms', 'longest ms'],
    queries.map((query) => [
      query.query,
      ...tallyCells(query),
      query.position?.toFixed(1) ?? '',
      query.meanMs,
      query.maxMs,
    ]),
  );
}

function table(name: string, columns: readonly string[], rows: readonly Row[]): string {
  const text = (cell: string | number): string =>
    escapeMarkup(typeof cell === 'number' ? cell.toLocaleString('en') : cell);
  const head = columns.map((column) => element('th', { scope: 'col' }, [escapeMarkup(column)]));
  const body = rows.map(([first, ...cells]) =>
    element('tr', {}, [
      element('th', { scope: 'row', dir: 'auto' }, [text(first)]),
      ...cells.map((cell) => element('td', {}, [text(cell)])),
    ]),
  );
  const whole = element('table', {}, [
    element('thead', {}, [element('tr', {}, head)]),
    element('tbody', {}, body),
  ]);
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name }, [whole]);
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0' : `${part.toLocaleString('en')} (${((100 * part) / whole).toFixed(1)} %)`;
}
