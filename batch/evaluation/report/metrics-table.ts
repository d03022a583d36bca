import { oneDecimal } from '../../../shared/retrieval/index.ts';
import { element } from '../../plot/markup.ts';
import type { Figures, Summary } from '../evaluation-report.ts';

const COLUMNS = ['direction', 'R@1', 'R@5', 'R@10', 'median', 'mean', 'average'];

/** Both directions: recall@K in percent, median and mean rank, mean of recall@K; and rsum. */
export function metricsTable({ imageToText, textToImage, rsum }: Summary): string {
  const head = COLUMNS.map((name) => element('th', { scope: 'col' }, [name]));
  const total = [
    element('th', { scope: 'row' }, ['rsum']),
    // Below the values that it is the sum of.
    element('td', { colspan: 3 }, [oneDecimal(rsum)]),
  ];
  return element('table', {}, [
    element('thead', {}, [element('tr', {}, head)]),
    element('tbody', {}, [
      row('image to text', imageToText),
      row('text to image', textToImage),
      element('tr', {}, total),
    ]),
  ]);
}

function row(name: string, { r1, r5, r10, median, mean }: Figures): string {
  const numbers = [r1, r5, r10, median, mean, (r1 + r5 + r10) / 3];
  const cells = numbers.map((number) => element('td', {}, [oneDecimal(number)]));
  return element('tr', {}, [element('th', { scope: 'row' }, [name]), ...cells]);
}
