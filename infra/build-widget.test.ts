import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildWidget } from './build-widget.ts';

let script = '';

/** What of these the script holds; the script itself would make an unreadable failure. */
const found = (...words: readonly string[]) => words.filter((word) => script.includes(word));

beforeAll(async () => {
  script = await buildWidget();
});

describe('the built widget', () => {
  it('is whole', () => {
    expect(found('gsmn-search', ':host{', 'dialog::backdrop', '/v1/search')).toHaveLength(4);
  });

  it('stays small', () => {
    expect(script.length).toBeLessThan(32_000);
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(11_500);
  });

  it('brings no validator and nothing of Node along', () => {
    expect(found('ZodError', '_zod', 'invalid_type', 'node:')).toEqual([]);
  });

  it('never makes markup or code out of text', () => {
    expect(
      found('innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function'),
    ).toEqual([]);
  });
});
