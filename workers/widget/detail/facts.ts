import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { STAGE_NAMES } from '../results/card.ts';
import { readable } from '../results/image.ts';
import { percent } from '../words/percent.ts';

/** Other information about a hit: its other captions, how it was ranked, and the plain values of its metadata. */
export function facts({ captions, image, relevance, scores, stage, metadata = {} }: SearchHit): Node[] {
  const rows: [string, string][] = [
    ['Ranked by', STAGE_NAMES[stage]],
    ...(relevance === undefined ? [] : [['Fits', `${percent(relevance)} likely`] satisfies [string, string]]),
    ['Score', (scores.fused ?? scores.coarse).toFixed(4)],
    ['Image', `${image.name}, ${image.width} × ${image.height}`],
  ];
  for (const [name, value] of Object.entries(metadata)) {
    if (['string', 'number', 'boolean'].includes(typeof value)) rows.push([name, String(value)]);
  }
  const others = captions.slice(1).map((caption) => element('li', { dir: 'auto' }, readable(caption)));
  return [
    ...(others.length > 0 ? [element('ul', { class: 'captions', role: 'list' }, ...others)] : []),
    element(
      'dl',
      { class: 'facts' },
      ...rows.map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', { dir: 'auto' }, value)),
      ),
    ),
  ];
}
