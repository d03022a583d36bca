import { AppError } from '../../../shared/errors/index.ts';

/** Longer words are unknown as a whole. */
const LONGEST_WORD = 100;
const PUNCTUATION = /[\p{P}$+<=>^`|~]/u;

/**
 * The tokeniser of BERT for lower case (Devlin et al. 2019): accents are taken off, punctuation marks are words of their own,
 * and a word is cut into the longest pieces that are known, from its start.
 *
 * @param pieces the known ones, in the order of their ids; pieces within a word begin with `##`.
 * @returns ids of a sentence, between those of `[CLS]` and `[SEP]`, at most `longest`.
 * @throws AppError `format_invalid` where a special piece is missing.
 */
export function wordPieces(pieces: readonly string[], longest: number): (sentence: string) => number[] {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const special = (piece: string): number => {
    const id = ids.get(piece);
    if (id === undefined) throw new AppError('format_invalid', `the word pieces have no ${piece}`);
    return id;
  };
  const [start, end, unknown] = [special('[CLS]'), special('[SEP]'), special('[UNK]')];

  const cut = (word: string): number[] => {
    const characters = Array.from(word);
    if (characters.length > LONGEST_WORD) return [unknown];
    const found: number[] = [];
    let from = 0;
    while (from < characters.length) {
      let to = characters.length;
      let id: number | undefined;
      for (; to > from; to--) {
        id = ids.get((from > 0 ? '##' : '') + characters.slice(from, to).join(''));
        if (id !== undefined) break;
      }
      if (id === undefined) return [unknown];
      found.push(id);
      from = to;
    }
    return found;
  };

  return (sentence) => {
    const plain = sentence
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '');
    const words = plain
      .split(/\s+/u)
      .flatMap((chunk) => chunk.split(new RegExp(`(${PUNCTUATION.source})`, 'u')))
      .filter((word) => word !== '');
    return [start, ...words.flatMap(cut).slice(0, longest - 2), end];
  };
}
