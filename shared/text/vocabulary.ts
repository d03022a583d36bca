import { z } from 'zod';
import { AppError } from '../errors/index.ts';

/** The words that a network knows, by id `0 … size - 1`; every vocabulary begins with `<pad> <start> <end> <unk>`. */
export interface Vocabulary {
  /** V. */
  readonly size: number;
  /** Id of `<unk>`, which stands for every other word. */
  readonly unknownId: number;
  /** The word's id, or `unknownId`. */
  idOf(word: string): number;
  /** @throws AppError `argument_invalid` for an id that does not exist. */
  wordOf(id: number): string;
}

/** The first words of the released vocabularies, in this order. */
const SPECIAL = ['<pad>', '<start>', '<end>', '<unk>'] as const;

/** More words than any language has: a larger file is not a vocabulary. */
const MOST_WORDS = 5_000_000;

/** How a dictionary or an object begins in the pickle protocols 0 and 1. */
const EARLY_PICKLE = /^(?:\([dit]p?|\}q|c(?:copy_?reg|\w*[vV]ocab\w*|__main__)\n)/;

const fileSchema = z.object({
  word2idx: z.record(z.string(), z.number().int().nonnegative()),
  /** The same in the other direction; read only for comparison. */
  idx2word: z.record(z.string(), z.string()).optional(),
  /** The next free id: the number of words. */
  idx: z.number().int().nonnegative().optional(),
});

/**
 * Parses a vocabulary file as the released `vocab.py` writes it: JSON of `word2idx`, `idx2word` and `idx`.
 *
 * @param name what messages call the file.
 * @throws AppError `format_invalid` unless the ids are 0 … V - 1, each of one word, and the first four are the special
 *   ones.
 */
export function parseVocabulary(text: string, name: string): Vocabulary {
  const { word2idx, idx2word, idx } = parseFile(text, name);
  const refuse = (what: string): AppError =>
    new AppError('format_invalid', `${name}: ${what}`, {
      hint: 'make the vocabulary again, or use the one that came with the model',
    });
  const ids = new Map(Object.entries(word2idx));
  const size = ids.size;
  if (size > MOST_WORDS) throw refuse(`${size} words are too many`);
  if (idx !== undefined && idx !== size) throw refuse(`"idx" is ${idx}, but there are ${size} words`);
  const words = Array.from<string | undefined>({ length: size });
  for (const [word, id] of ids) {
    if (id >= size) throw refuse(`"${word}" has id ${id}, but there are only ${size} words`);
    if (words[id] !== undefined) throw refuse(`"${word}" and "${words[id]}" have the same id ${id}`);
    words[id] = word;
    const back = idx2word?.[id];
    if (idx2word !== undefined && back !== word)
      throw refuse(`id ${id} is "${word}" in word2idx and "${back}" in idx2word`);
  }
  for (const [id, word] of SPECIAL.entries()) {
    if (words[id] !== word) throw refuse(`word ${id} is "${words[id]}", expected ${word}`);
  }
  const unknownId = SPECIAL.indexOf('<unk>');
  return {
    size,
    unknownId,
    idOf: (word) => ids.get(word) ?? unknownId,
    wordOf: (id) => {
      const word = words[id];
      if (word === undefined)
        throw new AppError('argument_invalid', `the vocabulary has no word ${id}, only ${size}`);
      return word;
    },
  };
}

function parseFile(text: string, name: string): z.output<typeof fileSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (isPickle(text)) {
      throw new AppError('format_unsupported', `${name} is a pickle, not JSON`, {
        hint: 'save it again in Python: json.dump({"word2idx": vocab.word2idx, "idx2word": vocab.idx2word, "idx": vocab.idx}, file)',
        cause,
      });
    }
    throw new AppError('format_invalid', `${name} is not JSON`, {
      hint: 'expected a vocabulary file: word2idx, idx2word and idx',
      cause,
    });
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
    hint: 'expected a vocabulary file: word2idx, idx2word and idx',
    cause: parsed.error,
  });
}

/** From protocol 2 on, a pickle begins with a byte that is not UTF-8, and the number of the protocol. */
function isPickle(text: string): boolean {
  const protocol = text.charCodeAt(1);
  return (text.startsWith('\uFFFD') && protocol >= 2 && protocol <= 5) || EARLY_PICKLE.test(text);
}
