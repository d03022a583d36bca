import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { pageContent } from './page-content.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsmn-page-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sentences = async () => ['of the index', 'and another'];

describe('pageContent', () => {
  it('reads groups of sentences, and the note about the collection', async () => {
    writeFileSync(join(folder, 'examples.txt'), '\n a dog \na cat\n\n\r\na cow\n');
    writeFileSync(join(folder, 'about.txt'), 'Images\nof animals.\n');
    const content = await pageContent(folder, () => expect.unreachable());
    expect(content).toEqual({ examples: [['a dog', 'a cat'], ['a cow']], note: 'Images of animals.' });
  });

  it('takes sentences of the index if the data names none or is not available', async () => {
    const expected = { examples: [['of the index'], ['and another']], note: undefined };
    expect(await pageContent(folder, sentences)).toEqual(expected);
    expect(await pageContent(undefined, sentences)).toEqual(expected);
  });

  it('offers nothing if the file is empty', async () => {
    writeFileSync(join(folder, 'examples.txt'), '');
    expect((await pageContent(folder, sentences)).examples).toEqual([]);
  });

  it('names the line that is not a query', async () => {
    writeFileSync(join(folder, 'examples.txt'), `a dog\n${'x'.repeat(501)}\n`);
    expect(await errorCode(pageContent(folder, sentences))).toBe('format_invalid');
    await expect(pageContent(folder, sentences)).rejects.toThrow('examples.txt, line 2');
  });
});
