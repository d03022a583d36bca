import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueryLogLine, SearchLine } from '../../shared/observe/query-log-line.ts';
import { QueryCounts } from './query-report.ts';
import { type ReadCounts, readQueryLog } from './read-query-log.ts';
import { reportPage } from './report-page.ts';
import { TimeCounts } from './time-counts.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'query-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let next = 0;
const idOf = (at: number) => at.toString(16).padStart(16, '0');
function search(query: string | undefined, changes: Partial<SearchLine> = {}): SearchLine {
  return {
    kind: 'search',
    at: '2026-11-28T10:00:00Z',
    id: idOf(next++),
    ...(query === undefined ? { withheld: 'number' as const } : { query }),
    offset: 0,
    hits: 20,
    match: 'good',
    filtered: false,
    milliseconds: 50,
    ...changes,
  };
}
const click = ({ id }: SearchLine, position: number): QueryLogLine => ({
  kind: 'click',
  at: '2026-11-28T10:01:00Z',
  search: id,
  position,
});

function reportOf(lines: readonly QueryLogLine[], most = 10) {
  const counts = new QueryCounts();
  for (const line of lines) counts.add(line);
  return counts.report(most);
}

async function read(path: string) {
  const counts: ReadCounts = { others: 0, cut: 0 };
  const lines: QueryLogLine[] = [];
  for await (const line of readQueryLog(path, counts)) lines.push(line);
  return { lines, counts };
}

describe('a report of queries', () => {
  it('counts what was searched for, what fails, what is slow, and what was chosen', () => {
    const dog = search('A  dog');
    const cat = search('a cat', { match: 'none', milliseconds: 900, at: '2026-11-29T00:00:00Z' });
    const report = reportOf([
      dog,
      click(dog, 2),
      click(dog, 8),
      search('a dog', { degraded: 'timeout', milliseconds: 150 }),
      search('a dog', { offset: 20 }),
      cat,
      search('a zebroid', { hits: 0, match: undefined }),
      search('a yak', { match: 'weak' }),
      search(undefined),
      click({ ...dog, id: 'ffffffffffffffff' }, 1),
    ]);
    expect(report).toMatchObject({
      total: { searches: 6, none: 1, weak: 1, zero: 1, degraded: 1, clicks: 2 },
      pages: 1,
      withheld: { number: 1 },
      lostClicks: 1,
      queries: 4,
      days: [
        { day: '2026-11-28', searches: 5 },
        { day: '2026-11-29', searches: 1, none: 1 },
      ],
    });
    expect(report.top[0]).toMatchObject({ query: 'a dog', searches: 2, clicks: 2, position: 5, maxMs: 150 });
    expect(report.failing.map(({ query }) => query)).toEqual(['a cat', 'a zebroid', 'a yak']);
    expect(report.slow[0]?.query).toBe('a cat');
    expect(report.positions.filter(({ clicks }) => clicks > 0)).toEqual([
      { positions: '2', clicks: 1 },
      { positions: '6 to 10', clicks: 1 },
    ]);
    expect(reportOf([dog], 0).top).toEqual([]);
  });

  it('shows no query as markup', () => {
    const attack = '<img src=x onerror=alert(1)>"\'&</table><script>alert(1)</script>';
    const page = reportPage(reportOf([search(attack, { match: 'none' })]));
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toMatch(/<img|<script/);
    expect(page).toMatch(/default-src (?:'|&#39;)none/);
  });

  it('of nothing is a page, too', () => {
    expect(reportPage(reportOf([]))).toContain('<h1>Queries</h1>');
  });

  it('estimates quantiles within two percent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1 }), (times) => {
        const counts = new TimeCounts();
        for (const time of times) counts.add(time);
        const sorted = times.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.95, 1]) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
          expect(Math.abs((counts.quantile(share) ?? 0) - exact)).toBeLessThanOrEqual(0.02 * exact + 1);
        }
      }),
    );
    expect(new TimeCounts().quantile(0.5)).toBeUndefined();
  });
});

describe('a query log in a file', () => {
  it('is read whole, but for a last line that was cut', async () => {
    const path = join(folder, 'cut.jsonl');
    const lines = [search('a dog\u2028b'), search('é'.repeat(300))];
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''));
    expect(await read(path)).toEqual({ lines, counts: { others: 0, cut: 0 } });
    const last = JSON.stringify(search('last'));
    appendFileSync(path, last.slice(0, 30));
    expect((await read(path)).counts).toEqual({ others: 0, cut: 1 });
    appendFileSync(path, last.slice(30));
    expect((await read(path)).lines).toHaveLength(3);
  });

  it('may be the log of a worker', async () => {
    const path = join(folder, 'worker.log');
    const line = search('a dog');
    writeFileSync(
      path,
      `${JSON.stringify({ level: 'info', queryLog: line })}\n{"level":"warn"}\nstarted\n\n`,
    );
    expect(await read(path)).toEqual({ lines: [line], counts: { others: 2, cut: 0 } });
  });

  it('is refused where it is none', async () => {
    await expect(read(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'file_unreadable' });
    const path = join(folder, 'binary');
    writeFileSync(path, 'x'.repeat(1_500_000));
    await expect(read(path)).rejects.toMatchObject({ code: 'format_invalid' });
  });
});
