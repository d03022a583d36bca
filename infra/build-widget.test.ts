import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildExplain, buildWidget } from './build-widget.ts';

const zipped = (script: string): number => gzipSync(script, { level: 9 }).length;

/** Which of these strings the script contains; printing the script itself would make the failure unreadable. */
const found = (script: string, ...words: readonly string[]) => words.filter((word) => script.includes(word));

const UNSAFE = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function'];
const FOREIGN = ['ZodError', '_zod', 'invalid_type', 'node:'];

describe('the built widget', () => {
  let script = '';
  let parts: Readonly<Record<string, string>> = {};
  const part = (name: string): string =>
    Object.entries(parts).find(([file]) => file.startsWith(`widget-${name}-`))?.[1] ?? '';

  beforeAll(async () => {
    ({ script, parts } = await buildWidget());
  });

  it('is complete', () => {
    expect(found(script, 'gsmn-search', ':host{', '/v1/search')).toHaveLength(3);
    expect(part('after-results')).toContain('dialog::backdrop');
    expect(part('suggestion-list')).toContain('listbox');
  });

  it('needs at most 15 kB for a first answer, and at most 9.2 kB for each part', () => {
    expect(zipped(script)).toBeLessThanOrEqual(15_000);
    expect(
      Object.values(parts)
        .map(zipped)
        .filter((bytes) => bytes > 9200),
    ).toEqual([]);
  });

  it('names its parts, by what they contain, and has nothing of them', async () => {
    expect(Object.keys(parts).filter((name) => !script.includes(name))).toEqual([]);
    expect(Object.keys((await buildWidget()).parts)).toEqual(Object.keys(parts));
    expect(found(script, 'dialog', 'listbox')).toEqual([]);
  });

  it('contains no validator, nothing of Node, and nothing that turns text into markup or code', () => {
    for (const text of [script, ...Object.values(parts)])
      expect(found(text, ...FOREIGN, ...UNSAFE)).toEqual([]);
  });
});

describe('the built graph', () => {
  let script = '';

  beforeAll(async () => {
    script = await buildExplain();
  });

  it('is complete', () => {
    expect(found(script, 'gsmn-graph', ':host{', '.arcs', '/v1/parse')).toHaveLength(4);
  });

  it('stays small', () => {
    expect(zipped(script)).toBeLessThanOrEqual(9800);
  });

  it('contains no validator, nothing of Node, and nothing that turns text into markup or code', () => {
    expect(found(script, ...FOREIGN, ...UNSAFE)).toEqual([]);
  });
});
