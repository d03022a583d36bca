import { AppError } from '../../shared/errors/index.ts';
import { type ConlluSentence, conlluWords, parseConllu } from '../../shared/formats/conllu/conllu.ts';
import { type DependencyTree, isTree } from '../../shared/parse/index.ts';
import { readText } from '../data/text-files.ts';

/**
 * Reads the trees of a treebank.
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid` where a sentence has no tree
 */
export async function readTreebank(path: string): Promise<DependencyTree[]> {
  const text = await readText(path);
  if (text === undefined) {
    throw new AppError('file_missing', `there is no treebank ${path}`, {
      hint: 'get one from universaldependencies.org, for example English EWT',
    });
  }
  return parseConllu(text, path).map((sentence, index) => {
    const tree = treeOf(sentence);
    if (isTree(tree.heads)) return tree;
    throw new AppError(
      'format_invalid',
      `${path}: the heads of sentence ${index + 1} are not a tree with one root`,
      {
        hint: 'a treebank has one head for every word, and one root in every sentence',
      },
    );
  });
}

/** The tree in the rows of a sentence; words without a head have NaN. */
function treeOf(sentence: ConlluSentence): DependencyTree {
  const words = conlluWords(sentence);
  return {
    words: words.map(({ form }) => form),
    universalTags: words.map(({ universalTag }) => universalTag),
    tags: words.map(({ tag }) => tag),
    heads: words.map(({ head }) => (head === '_' ? Number.NaN : Number(head))),
    relations: words.map(({ relation }) => relation),
  };
}
