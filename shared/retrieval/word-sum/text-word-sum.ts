import { AppError } from '../../errors/index.ts';
import { tokenise } from '../../text/index.ts';
import { unitVector } from '../projection/unit-vector.ts';
import type { RecallText, RecallTextEncoder, StoredRecallEncoder } from '../recall-encoder.ts';
import { readWordSum, TEXT_TENSORS } from './stored-word-sum.ts';

/**
 * The text side of a word sum: `unit(Σ rows of words and pairs - offset)`. Words without a row count nothing.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function openTextWordSum(stored: StoredRecallEncoder, where: string): RecallTextEncoder {
  const { config, data } = readWordSum(stored, TEXT_TENSORS, where);
  const { kind, dimensions: k } = config;
  const [rows, offset] = [data('text.rows'), data('text.offset')];
  const positions = new Map(config.text.words.map((word, row) => [word, row]));
  const skipped = new Set(config.text.skipped);

  const encode = ({ text }: RecallText): Float32Array => {
    if (text === undefined) {
      throw new AppError(
        'argument_invalid',
        'the recall encoder "word-sum" reads texts as written, and got only word ids',
        {
          hint: 'add the captions as text to the data folder: {split}_caps.txt',
        },
      );
    }
    const out = Float64Array.from(offset, (value) => -value);
    for (const word of wordsAndPairs(text, skipped)) {
      const row = positions.get(word);
      if (row === undefined) continue;
      for (let d = 0; d < k; d++) out[d] = (out[d] as number) + (rows[row * k + d] as number);
    }
    return unitVector(out, 'a text');
  };

  return {
    kind,
    dimensions: k,
    needs: ['text'],
    reads: (word) => positions.has(word),
    encodeTexts: async (texts) => texts.map(encode),
  };
}

/** The words of a text, in lower case, and its pairs: two words that follow one another when the skipped are left out. */
export function wordsAndPairs(text: string, skipped: ReadonlySet<string>): string[] {
  const words = tokenise(text);
  const kept = words.filter((word) => !skipped.has(word));
  return [...words, ...kept.slice(1).map((word, index) => `${kept[index]} ${word}`)];
}
