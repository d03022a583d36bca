import { Tokenizer } from '@huggingface/tokenizers';
import { AppError } from '../../errors/index.ts';
import type { TextForm } from './pretrained-config.ts';

/** The tokens of a text as a model reads them. */
export interface TextTokens {
  readonly ids: readonly number[];
  /** How many of them are of the text; those after it fill up. */
  readonly own: number;
}

/**
 * How a model's texts become tokens: by its `tokenizer.json`. Texts that are too long are cut before the token that ends
 * them, as by `truncation=True` of transformers.
 *
 * @param tokenizer the JSON of `tokenizer.json`, and of `tokenizer_config.json` if there is one.
 * @param length how many tokens every text has; undefined if each has its own.
 * @param where the model's folder, for messages.
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export function textTokens(
  tokenizer: { readonly json: unknown; readonly config: unknown },
  { tokens: most, padToken, lowers }: Pick<TextForm, 'tokens' | 'padToken' | 'lowers'>,
  length: number | undefined,
  where: string,
): (text: string) => TextTokens {
  const path = `${where}/tokenizer.json`;
  const opened = openTokenizer(tokenizer, path);
  const own = (text: string): readonly number[] => opened.encode(lowers ? text.toLowerCase() : text).ids;
  // What begins and ends every text.
  const around = own('');
  const longest = Math.min(most, length ?? most);
  if (around.length >= longest) {
    throw new AppError('format_invalid', `${path}: texts of ${longest} tokens have no place for a word`);
  }
  const pad = length === undefined ? undefined : padId(opened, padToken, path);
  return (text) => {
    const whole = own(text);
    const ending = around.at(-1);
    const ends = ending !== undefined && whole.at(-1) === ending;
    const cut =
      whole.length <= longest
        ? whole
        : ends
          ? [...whole.slice(0, longest - 1), ending]
          : whole.slice(0, longest);
    const filled = length === undefined || pad === undefined ? 0 : length - cut.length;
    return { ids: [...cut, ...Array.from({ length: filled }, () => pad ?? 0)], own: cut.length };
  };
}

function openTokenizer(
  { json, config }: { readonly json: unknown; readonly config: unknown },
  path: string,
): Tokenizer {
  try {
    const tokenizer = new Tokenizer(Object(json), Object(config ?? {}));
    tokenizer.encode('a');
    return tokenizer;
  } catch (cause) {
    throw new AppError('format_unsupported', `${path} cannot be used: ${String(cause)}`, {
      hint: 'the file is damaged, or its tokeniser has a part that is not supported',
      cause,
    });
  }
}

function padId(tokenizer: Tokenizer, token: string | undefined, path: string): number {
  const id = token === undefined ? undefined : tokenizer.token_to_id(token);
  if (id !== undefined) return id;
  throw new AppError('format_invalid', `${path}: there is no token that texts are filled up with`, {
    hint: 'tokenizer_config.json must name it: pad_token',
  });
}
