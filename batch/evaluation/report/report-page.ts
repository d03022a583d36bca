import { createHash } from 'node:crypto';
import { element, escapeMarkup } from '../../plot/markup.ts';
import type { Summary } from '../evaluation-report.ts';
import type { ExtremeQueries } from '../queries/extreme-queries.ts';
import type { ImageToTextQuery, Query, TextToImageQuery } from '../queries/query.ts';
import { metricsTable } from './metrics-table.ts';
import { pageHead } from './page-head.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { type CardContext, queryCard } from './query-card.ts';
import { type DirectionRanks, rankHistogram, recallCurve } from './rank-charts.ts';
import { REPORT_FILES } from './report-folder.ts';

/** The contents of the page. */
export interface ReportContent extends CardContext {
  readonly title: string;
  /** Model, data, protocol: names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What the reader should know before relying on the results. */
  readonly notes: readonly string[];
  readonly summary: Summary;
  /** As printed by the command. */
  readonly lines: readonly string[];
  readonly ranks: DirectionRanks;
  readonly textToImage: ExtremeQueries<TextToImageQuery>;
  readonly imageToText: ExtremeQueries<ImageToTextQuery>;
}

/** The report as one page. It contains style, script and charts; image files are next to it; nothing is loaded from a network. */
export function reportPage(content: ReportContent): string {
  const head = pageHead(content.title, { policy: contentPolicy() });
  const body = [
    '<a class="skip" href="#queries">To the queries</a>',
    element('main', {}, [
      element('h1', {}, [escapeMarkup(content.title)]),
      facts(content.facts),
      ...(content.notes.length === 0 ? [] : [notes(content.notes)]),
      ...figures(content),
      element('div', { id: 'queries', tabindex: -1 }, [
        controls(),
        section(
          'text-to-image',
          'Text to image',
          content.textToImage,
          content.ranks.textToImage.length,
          content,
        ),
        section(
          'image-to-text',
          'Image to text',
          content.imageToText,
          content.ranks.imageToText.length,
          content,
        ),
      ]),
    ]),
    `<script>${PAGE_SCRIPT}</script>`,
  ];
  return `<!doctype html>\n${element('html', { lang: 'en' }, [element('head', {}, head), element('body', {}, body)])}\n`;
}

/** No requests, and no script except the page's own, whatever a caption contains. */
function contentPolicy(): string {
  const hash = createHash('sha256').update(PAGE_SCRIPT).digest('base64');
  return `default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; form-action 'none'; base-uri 'none'`;
}

function facts(pairs: ReportContent['facts']): string {
  const rows = pairs.flatMap(([name, value]) => [
    element('dt', {}, [escapeMarkup(name)]),
    element('dd', {}, [escapeMarkup(value)]),
  ]);
  return element('dl', { class: 'facts' }, rows);
}

function notes(texts: readonly string[]): string {
  const paragraphs = texts.map((text) => element('p', {}, [escapeMarkup(text)]));
  return element('div', { class: 'notes', role: 'note' }, paragraphs);
}

function figures({ summary, lines, ranks }: ReportContent): string[] {
  const chart = (title: string, drawing: string): string =>
    element('figure', {}, [element('figcaption', {}, [title]), drawing]);
  return [
    '<h2>Figures</h2>',
    element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'figures' }, [
      metricsTable(summary),
    ]),
    element('details', {}, [
      '<summary>as the released scripts print them</summary>',
      element('pre', { tabindex: 0 }, [escapeMarkup(lines.join('\n'))]),
    ]),
    '<h2>Ranks</h2>',
    '<p class="legend"><span class="image-to-text">image to text</span><span class="text-to-image">text to image</span></p>',
    element('div', { class: 'charts' }, [
      chart('Recall at K', recallCurve(ranks)),
      chart('Rank of the right answer', rankHistogram(ranks)),
    ]),
  ];
}

function controls(): string {
  const choice = (name: string, title: string, options: readonly (readonly [string, string])[]): string =>
    element('label', {}, [
      title,
      element(
        'select',
        { name },
        options.map(([value, text]) => element('option', { value }, [text])),
      ),
    ]);
  return element('form', { hidden: '', role: 'search' }, [
    element('label', { class: 'search' }, [
      'Search captions and image names',
      element('input', { type: 'search', name: 'search', autocomplete: 'off' }),
    ]),
    choice('direction', 'Queries', [
      ['both', 'both directions'],
      ['text-to-image', 'text to image'],
      ['image-to-text', 'image to text'],
    ]),
    choice('order', 'Order', [
      ['worst', 'worst first'],
      ['best', 'best first'],
      ['split', 'as in the split'],
    ]),
    '<output></output>',
  ]);
}

function section(
  direction: Query['direction'],
  title: string,
  { worst, best }: ExtremeQueries<Query>,
  all: number,
  context: CardContext,
): string {
  const cards = [...worst, ...best.toReversed()].map((query) => queryCard(query, context));
  const counts = `The ${worst.length} worst and ${best.length} of the best of ${all.toLocaleString('en')} queries; all are in `;
  return element('section', { 'data-direction': direction, 'aria-labelledby': direction }, [
    element('h2', { id: direction }, [title]),
    element('p', { class: 'detail' }, [
      counts,
      element('a', { href: REPORT_FILES.queries }, [REPORT_FILES.queries]),
      '.',
    ]),
    element('ol', { class: 'cards' }, cards),
  ]);
}
