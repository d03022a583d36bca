import { AppError } from '../errors/index.ts';

/**
 * The lines of a text, which end with LF or CRLF. Behind the last end there is one more, empty unless the text goes on.
 *
 * @param path names the file in errors
 * @throws AppError `format_invalid` if the lines end with CR alone: the whole file would be one line
 */
export function textLines(text: string, path: string): string[] {
  const lines = text.split(/\r?\n/);
  const bare = text.match(/\r(?!\n)/g)?.length ?? 0;
  if (bare === 0 || bare < lines.length - 1) return lines;
  throw new AppError('format_invalid', `${path} has CR line ends`, {
    hint: "convert them to LF, for example with: tr '\\r' '\\n' < FILE > NEW",
  });
}
