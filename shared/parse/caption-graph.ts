import type { Dependencies } from '../model/index.ts';
import type { DependencyTree } from './dependency-tree.ts';

/**
 * A caption's graph as data files hold it (`*_caps.json`): `[head, dependent]` for each word, words counted from 1, the root's pair
 * `[0, root]` first, the others in the order of their words.
 */
export function captionDependencies({ heads }: Pick<DependencyTree, 'heads'>): Dependencies {
  const pairs = heads.map((head, index): Dependencies[number] => [head, index + 1]);
  return [...pairs.filter(([head]) => head === 0), ...pairs.filter(([head]) => head !== 0)];
}
