import { AppError } from '../../shared/errors/index.ts';
import {
  type ConlluSentence,
  conlluWords,
  formatConllu,
  parseConllu,
} from '../../shared/formats/conllu/conllu.ts';
import { type CorenlpDocument, parseCorenlp } from '../../shared/formats/corenlp/corenlp.ts';
import { textLines } from '../../shared/formats/text-lines.ts';
import { captionDependencies, type DependencyTree } from '../../shared/parse/index.ts';
import { tokenise, type WordStyle } from '../../shared/text/index.ts';
import { readText } from '../data/text-files.ts';

export type SourceFormat = 'text' | 'conllu' | 'corenlp';
export type TargetFormat = 'pairs' | 'conllu' | 'corenlp';

/** A caption to write: its words, and its tree if the source has one. */
export interface SourceSentence {
  /** Its place in the source, for messages. */
  readonly where: string;
  readonly words: readonly string[];
  readonly tree?: DependencyTree | undefined;
  /** Data of the source for a target of the same format. */
  readonly conllu?: ConlluSentence | undefined;
}

/**
 * Reads captions: one on each line, sentences in CoNLL-U, or CoreNLP's JSON, whose sentences become one tree for each
 * text.
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`
 */
export async function readSentences(
  path: string,
  format: SourceFormat,
  style: WordStyle,
): Promise<SourceSentence[]> {
  const text = await readText(path);
  if (text === undefined) {
    throw new AppError('file_missing', `there is no file ${path}`, {
      hint: 'expected one caption on each line',
    });
  }
  if (format === 'conllu') {
    return parseConllu(text, path).map((conllu, index) => ({
      where: `${path}, sentence ${index + 1}`,
      words: conlluWords(conllu).map(({ form }) => form),
      conllu,
    }));
  }
  if (format === 'corenlp')
    return parseCorenlp(text, path).map((document, index) =>
      corenlpTree(document, `${path}, text ${index + 1}`),
    );
  const lines = textLines(text, path);
  // Blank lines at the end are no captions, as in a data folder.
  const captions = lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1);
  return captions.map((line, index) => ({ where: `${path}:${index + 1}`, words: tokenise(line, style) }));
}

/** Trees as text in a format. */
export function formatTrees(
  trees: readonly DependencyTree[],
  sources: readonly SourceSentence[],
  format: TargetFormat,
): string {
  if (format === 'pairs')
    return `[${trees.map((tree) => JSON.stringify(captionDependencies(tree))).join(',\n')}]\n`;
  if (format === 'corenlp')
    return `[${trees.map((tree) => JSON.stringify(corenlpDocument(tree))).join(',\n')}]\n`;
  return formatConllu(trees.map((tree, index) => conlluSentence(tree, sources[index]?.conllu)));
}

function headColumn(head: number | undefined): string {
  return head === undefined || Number.isNaN(head) ? '_' : String(head);
}

/** A tree as rows. The other columns of the source are kept, except for the graph, which the new tree would contradict. */
function conlluSentence(tree: DependencyTree, source: ConlluSentence | undefined): ConlluSentence {
  const parsed = tree.words.map((form, index) => ({
    id: String(index + 1),
    form,
    lemma: '_',
    universalTag: tree.universalTags[index] ?? '_',
    tag: tree.tags[index] ?? '_',
    features: '_',
    head: headColumn(tree.heads[index]),
    relation: tree.relations[index] ?? '_',
    enhanced: '_',
    miscellaneous: '_',
  }));
  if (source === undefined) return { comments: [`# text = ${tree.words.join(' ')}`], rows: parsed };
  const rows = source.rows.flatMap((row) => {
    if (row.id.includes('.')) return [];
    const own = parsed[Number(row.id) - 1];
    if (own === undefined || row.id.includes('-')) return [row];
    return [{ ...row, ...own, lemma: row.lemma, features: row.features, miscellaneous: row.miscellaneous }];
  });
  return { comments: source.comments, rows };
}

function corenlpTree({ sentences }: CorenlpDocument, where: string): SourceSentence {
  const words = sentences.flatMap(({ tokens }) => tokens.map(({ word }) => word));
  const tags = sentences.flatMap(({ tokens }) => tokens.map(({ pos }) => pos ?? '_'));
  const heads = words.map(() => Number.NaN);
  const relations = words.map(() => '_');
  let [start, root] = [0, 0];
  for (const { tokens, basicDependencies } of sentences) {
    for (const { dep, governor, dependent } of basicDependencies) {
      const at = start + dependent;
      if (dependent > tokens.length || governor > tokens.length) {
        throw new AppError(
          'format_invalid',
          `${where}: a dependency of token ${dependent} on ${governor}, of ${tokens.length}`,
        );
      }
      // The roots of later sentences of a text depend on the first one's root.
      const head = governor === 0 ? root : start + governor;
      heads[at - 1] = head;
      relations[at - 1] = governor === 0 && root > 0 ? 'parataxis' : dep.toLowerCase();
      if (governor === 0 && root === 0) root = at;
    }
    start += tokens.length;
  }
  const missing = heads.findIndex(Number.isNaN);
  if (missing >= 0)
    throw new AppError('format_invalid', `${where}: token ${missing + 1} ("${words[missing]}") has no head`);
  return { where, words, tree: { words, heads, relations, tags, universalTags: words.map(() => '_') } };
}

function corenlpDocument(tree: DependencyTree): CorenlpDocument {
  const gloss = (word: number) => (word === 0 ? 'ROOT' : (tree.words[word - 1] ?? ''));
  return {
    sentences: [
      {
        index: 0,
        basicDependencies: captionDependencies(tree).map(([governor, dependent]) => ({
          dep: governor === 0 ? 'ROOT' : (tree.relations[dependent - 1] ?? ''),
          governor,
          governorGloss: gloss(governor),
          dependent,
          dependentGloss: gloss(dependent),
        })),
        tokens: tree.words.map((word, index) => ({ index: index + 1, word, pos: tree.tags[index] ?? '' })),
      },
    ],
  };
}
