import type { ExtractResult } from '../../extraction/extract-photos.ts';

/** The result of an extraction, for people. */
export function resultLine(result: ExtractResult): string {
  const { images, described, copies, captions, problems, problemsFile } = result;
  const number = (value: number): string => value.toLocaleString('en');
  return [
    `${number(images)} photographs, ${number(described)} of them described now`,
    `copies: ${number(copies)}; captions: ${number(captions)}`,
    problems.length === 0
      ? 'problems: none'
      : `problems: ${number(problems.length)}, listed in ${problemsFile}`,
  ].join('\n');
}

/** The same, for programs. */
export function resultValues({ problems, problemsFile, ...result }: ExtractResult): Record<string, unknown> {
  return { ...result, problems: { count: problems.length, file: problemsFile } };
}
