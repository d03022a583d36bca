import type { Dependencies } from '../model/index.ts';
import type { DependencyTree } from './dependency-tree.ts';

/**
 * The parse of a caption as data files have it (`*_caps.json`): `[head, dependent]` for each word, with words counted from 1; the
 * root's pair `[0, root]` is first, the others are in the order of the words. Words without a head (NaN) have no pair.
 */
export function captionDependencies({ heads }: Pick<DependencyTree, 'heads'>): Dependencies {
  const pairs = heads.flatMap((head, index): Dependencies => (Number.isNaN(head) ? [] : [[head, index + 1]]));
  return [...pairs.filter(([head]) => head === 0), ...pairs.filter(([head]) => head !== 0)];
}
