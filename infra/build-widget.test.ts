import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildExplain, buildWidget } from './build-widget.ts';

describe.each([
  {
    name: 'widget',
    build: buildWidget,
    parts: ['gsmn-search', ':host{', 'dialog::backdrop', '/v1/search'],
    bytes: 50_500,
    zipped: 18_400,
  },
  {
    name: 'graph',
    build: buildExplain,
    parts: ['gsmn-graph', ':host{', '.arcs', '/v1/parse'],
    bytes: 23_800,
    zipped: 9_700,
  },
])('the built $name', ({ build, parts, bytes, zipped }) => {
  let script = '';
  /** Which of these strings the script contains; printing the script itself would make the failure unreadable. */
  const found = (...words: readonly string[]) => words.filter((word) => script.includes(word));

  beforeAll(async () => {
    script = await build();
  });

  it('is complete', () => {
    expect(found(...parts)).toEqual(parts);
  });

  it('stays small', () => {
    expect(script.length).toBeLessThan(bytes);
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(zipped);
  });

  it('contains no validator and nothing of Node', () => {
    expect(found('ZodError', '_zod', 'invalid_type', 'node:')).toEqual([]);
  });

  it('never turns text into markup or code', () => {
    expect(
      found('innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function'),
    ).toEqual([]);
  });
});
