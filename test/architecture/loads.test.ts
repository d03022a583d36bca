import { describe, expect, it } from 'vitest';
import { loadedFiles } from './source-files.ts';

/** The most files and lines of the project that an entry loads before it does anything: how much a reader has to know of. */
const LIMITS: readonly (readonly [entry: string, files: number, lines: number])[] = [
  ['workers/rerank/index.ts', 147, 11_800],
  ['batch/cli/main.ts', 63, 3_350],
];

describe('what an entry loads', () => {
  it.each(LIMITS)('%s: at most %i files and %i lines', (entry, files, lines) => {
    const loaded = loadedFiles(entry);
    expect(loaded.length).toBeGreaterThan(10);
    expect(loaded.length, loaded.map(({ path }) => path).join('\n')).toBeLessThanOrEqual(files);
    expect(loaded.reduce((sum, file) => sum + file.lines, 0)).toBeLessThanOrEqual(lines);
  });

  it('counts what is imported to run, not types and not what is imported later', () => {
    const paths = loadedFiles('batch/serve/run-serve.ts').map(({ path }) => path);
    expect(paths).toContain('batch/serve/closing.ts');
    expect(paths).not.toContain('batch/serve/reranker.ts');
    expect(paths).not.toContain('shared/schema/index.ts');
  });
});
