import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';
import { attachmentScores } from '../../../shared/parse/index.ts';
import { assertWritable } from '../../../shared/platform/atomic-file.ts';
import { loadParser } from '../../../shared/platform/parse/index.ts';
import type { WordStyle } from '../../../shared/text/index.ts';
import { parseSentences, tooLong, withoutParse } from '../../parser/parse-sentences.ts';
import {
  formatTrees,
  readSentences,
  type SourceFormat,
  type SourceSentence,
  type TargetFormat,
} from '../../parser/sentence-files.ts';
import { readTreebank } from '../../parser/treebank.ts';
import { writeNewFile } from '../../vocabulary/write-new-file.ts';
import { exitCode } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

interface ParseCommandOptions {
  readonly srcPath?: string;
  readonly tarPath?: string;
  readonly from?: SourceFormat;
  readonly to?: TargetFormat;
  readonly words: WordStyle;
  readonly conllu?: boolean;
  readonly eval?: string;
  readonly lower?: boolean;
  readonly parser?: string;
  readonly force?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `gsmn parse` */
export async function runParse(options: ParseCommandOptions): Promise<void> {
  if (options.eval !== undefined) return evaluate(options.eval, options);
  const { srcPath, tarPath } = options;
  if (srcPath === undefined || tarPath === undefined) {
    throw new AppError('argument_invalid', 'there is nothing to parse', {
      hint: 'pass --src_path and --tar_path, or --eval with a treebank',
    });
  }
  const from = options.from ?? (options.conllu ? 'conllu' : sourceFormat(srcPath));
  const to = options.to ?? (options.conllu ? 'conllu' : tarPath.endsWith('.conllu') ? 'conllu' : 'pairs');
  const sentences = await readSentences(srcPath, from, options.words);
  await assertWritable(tarPath);
  const unparsed = unparsedSentences(sentences, options.strict === true);
  const trees = await interruptible(async (signal) => {
    const missing = sentences
      .filter((sentence) => sentence.tree === undefined && !unparsed.has(sentence))
      .map(({ words }) => words);
    const parsed =
      missing.length === 0
        ? []
        : await parseSentences(await loadParser(options.parser), missing, terminalReport, signal);
    let next = 0;
    return sentences.map((sentence) => {
      if (unparsed.has(sentence)) return withoutParse(sentence.words);
      return sentence.tree ?? (parsed[next++] as (typeof parsed)[number]);
    });
  });
  const written = await writeNewFile(tarPath, formatTrees(trees, sentences, to), options.force === true);
  const words = trees.reduce((sum, tree) => sum + tree.words.length, 0);
  const amount = `${trees.length.toLocaleString('en')} captions, ${words.toLocaleString('en')} words`;
  terminalReport.say(`${written ? 'wrote' : 'unchanged:'} ${tarPath}: ${amount}`);
  const empty = trees.filter((tree) => tree.words.length === 0).length;
  const firstEmpty = sentences[trees.findIndex((tree) => tree.words.length === 0)];
  if (firstEmpty !== undefined) {
    terminalReport.warn(`${empty} captions of ${srcPath} have no words (first: ${firstEmpty.where})`);
  }
  if (unparsed.size === 0) return;
  terminalReport.warn(
    `${unparsed.size.toLocaleString('en')} of ${sentences.length.toLocaleString('en')} captions have no parse`,
  );
  process.exitCode = exitCode('format_invalid');
}

/** The sentences that cannot be parsed, each reported with its place; the first of them is an error if `strict`. */
function unparsedSentences(
  sentences: readonly SourceSentence[],
  strict: boolean,
): ReadonlySet<SourceSentence> {
  const found = new Set<SourceSentence>();
  for (const sentence of sentences) {
    const reason = sentence.tree === undefined ? tooLong(sentence.words) : undefined;
    if (reason === undefined) continue;
    if (strict) {
      throw new AppError('format_invalid', `${sentence.where}: ${reason}`, {
        hint: 'shorten the caption, or leave --strict out to write it without a parse',
      });
    }
    found.add(sentence);
    terminalReport.warn(`${sentence.where}: ${reason}; it is written without a parse`);
  }
  return found;
}

function sourceFormat(path: string): SourceFormat {
  if (path.endsWith('.conllu')) return 'conllu';
  return path.endsWith('.json') ? 'corenlp' : 'text';
}

async function evaluate(path: string, { parser: file, lower, json }: ParseCommandOptions): Promise<void> {
  const gold = await readTreebank(path);
  const parser = await loadParser(file);
  const words = gold.map((tree) => (lower ? tree.words.map((word) => word.toLowerCase()) : tree.words));
  for (const [index, sentence] of words.entries()) {
    const reason = tooLong(sentence);
    if (reason !== undefined)
      throw new AppError('format_invalid', `${path}, sentence ${index + 1}: ${reason}`);
  }
  const began = performance.now();
  const trees = await interruptible((signal) => parseSentences(parser, words, terminalReport, signal));
  const seconds = (performance.now() - began) / 1000;
  const scores = attachmentScores(
    gold.flatMap((tree, index) => {
      const predicted = trees[index];
      return predicted === undefined ? [] : [{ gold: tree, predicted }];
    }),
  );
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...scores, seconds })}\n`);
    return;
  }
  const share = (value: number) => value.toFixed(2);
  process.stdout.write(
    `UAS ${share(scores.unlabelled)} | LAS ${share(scores.labelled)} | UPOS ${share(scores.universalTags)} | ` +
      `XPOS ${share(scores.tags)} | ${scores.words} words of ${scores.sentences} sentences in ${seconds.toFixed(1)} s\n`,
  );
}
