import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { isCommon } from '../../shared/text/understanding/common-words.ts';
import { withArticle } from '../model/calibration/calibration-queries.ts';
import { isFitted, wordImages } from '../model/calibration/caption-words.ts';

/** A query for what no image shows. */
export interface AbsentQuery {
  readonly kind: 'absent thing' | 'absent pair';
  readonly text: string;
}

/** Queries of each kind. */
const COUNT = 100;

/**
 * Queries for things that no caption names: the names of ImageNet's classes that are one common English word, but for those that
 * calibrations may have been fitted on. One thing ("a zebra"), and two ("a zebra and a piano").
 *
 * @param captions the captions of each image.
 */
export async function absentQueries(
  captions: readonly (readonly string[])[],
  seed: number,
): Promise<AbsentQuery[]> {
  const named = wordImages(captions);
  const classes = (await readFile(CLASS_NAMES, 'utf8')).split('\n');
  const things = [...new Set(classes)].filter(
    (name) => /^[a-z]+$/.test(name) && isCommon(name) && !isFitted(name) && !named.has(name),
  );
  const random = xoroshiro128plus(seed);
  const one = (): string => things[uniformInt(random, 0, things.length - 1)] as string;
  const left = [...things];
  const single = Array.from({ length: Math.min(COUNT, things.length) }, (): AbsentQuery => {
    const [thing = ''] = left.splice(uniformInt(random, 0, left.length - 1), 1);
    return { kind: 'absent thing', text: withArticle(thing) };
  });
  const pairs = Array.from({ length: single.length }, (): AbsentQuery => {
    return { kind: 'absent pair', text: `${withArticle(one())} and ${withArticle(one())}` };
  });
  return [...single, ...pairs];
}

const CLASS_NAMES = join(import.meta.dirname, '../features/photo-regions/model/class-names.txt');
