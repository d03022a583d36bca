import type { SearchHit } from '../../clients/search/index.ts';
import { element } from '../dom/element.ts';
import { STAGE_NAMES } from '../results/card.ts';
import { readable } from '../results/image.ts';
import type { Say } from '../texts/say.ts';
import { percent } from '../words/percent.ts';

/** Other information about a hit: its other captions, how it was ranked, and the plain values of its metadata. */
export function facts(
  say: Say,
  { captions, image, relevance, scores, stage, metadata = {} }: SearchHit,
): Node[] {
  const rows: [string, string][] = [
    [say('Ranked by'), say(STAGE_NAMES[stage])],
    ...(relevance === undefined
      ? []
      : [
          [say('Fits'), say('{share} likely', { share: percent(relevance, say) })] satisfies [string, string],
        ]),
    [
      say('Score'),
      (scores.fused ?? scores.coarse).toLocaleString(say.language, {
        minimumFractionDigits: 4,
        maximumFractionDigits: 4,
      }),
    ],
    [say('Image'), `${image.name}, ${image.width} × ${image.height}`],
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
