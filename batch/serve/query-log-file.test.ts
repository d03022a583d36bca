import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptLog } from '../../test/support/rerank-service.ts';
import { QueryLogFile } from './query-log-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'query-log-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file of the query log', () => {
  it('keeps entries as lines, continues, and is set aside when it is full', async () => {
    const { log, lines } = keptLog();
    const path = join(folder, 'queries.jsonl');
    for (let part = 0; part < 2; part++) {
      const file = await QueryLogFile.open(path, log, '1K');
      for (let at = 0; at < 10; at++) file.write({ part, at, text: 'x'.repeat(100) });
      await file.close();
    }
    const names = readdirSync(folder).toSorted();
    expect(names).toEqual(expect.arrayContaining(['queries.jsonl', 'queries.jsonl.1']));
    const entries = names.flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { part: number; at: number }),
    );
    expect(entries.map(({ part, at }) => 10 * part + at).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at),
    );
    // What was searched for is nobody else's business.
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0);
    expect(lines).toEqual([]);
  });

  it('that cannot be written is refused at the start', async () => {
    await expect(QueryLogFile.open(folder, keptLog().log)).rejects.toMatchObject({ code: 'file_unwritable' });
  });
});
