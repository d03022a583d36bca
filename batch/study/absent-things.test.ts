import { expect, it } from 'vitest';
import { isFitted } from '../model/calibration/caption-words.ts';
import { absentQueries } from './absent-things.ts';

const things = (text: string) => text.split(/\W+/).filter((word) => !['a', 'an', 'and', ''].includes(word));

it('names single things and pairs that no caption names and no calibration was fitted on', async () => {
  const all = await absentQueries([['a dog on a bench']], 1);
  const single = all.filter(({ kind }) => kind === 'absent thing').map(({ text }) => text);
  expect(new Set(single).size).toBe(100);
  expect(all.filter(({ kind }) => kind === 'absent pair')).toHaveLength(100);
  expect(all.flatMap(({ text }) => things(text)).filter(isFitted)).toEqual([]);
  const named = things(single[0] ?? '');
  const fewer = await absentQueries([[`two ${named[0]}s`]], 1);
  expect(fewer.flatMap(({ text }) => things(text))).not.toContain(named[0]);
  expect(await absentQueries([['a dog on a bench']], 1)).toEqual(all);
});
