import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import Table from 'cli-table3';
import { assertReportFolder, REPORT_FILES, replaceReport } from '../../evaluation/report/report-folder.ts';
import { QueryCounts, type QueryReport, type QueryTally } from '../../queries/query-report.ts';
import { type ReadCounts, readQueryLog } from '../../queries/read-query-log.ts';
import { reportPage } from '../../queries/report-page.ts';
import { interruptible } from '../interrupt.ts';

interface ReportCommandOptions {
  readonly html?: string;
  readonly top: number;
  readonly json?: boolean;
}

/** `gsmn queries report` */
export async function runReport(
  files: readonly string[],
  { html, top, json }: ReportCommandOptions,
): Promise<void> {
  if (html !== undefined) await assertReportFolder(html);
  const counts = new QueryCounts();
  const read: ReadCounts = { others: 0, cut: 0 };
  await interruptible(async (signal) => {
    for (const file of files) {
      for await (const line of readQueryLog(file, read)) {
        signal.throwIfAborted();
        counts.add(line);
      }
    }
  });
  const report = counts.report(top);
  if (read.cut > 0)
    process.stderr.write(`${read.cut} last lines were cut while they were written; they are left out\n`);
  if (read.others > 0)
    process.stderr.write(`${read.others} lines are not of a query log; they are left out\n`);
  if (html !== undefined) {
    await replaceReport(html, (aside) => writeFile(join(aside, REPORT_FILES.page), reportPage(report)));
  }
  process.stdout.write(json ? `${JSON.stringify({ ...report, read }, undefined, 1)}\n` : summary(report));
}

function summary({ total, queries, failing, top }: QueryReport): string {
  const { searches, none, weak, zero, degraded, clicks } = total;
  return `${searches} searches for ${queries} queries: ${zero} without a hit, ${none} where nothing fits, ${weak} weakly, ${degraded} degraded; ${clicks} chosen hits
most often searched for
${queryTable(top)}
where nothing fits
${queryTable(failing)}
`;
}

function queryTable(queries: readonly QueryTally[]): string {
  const table = new Table({
    head: ['query', 'searches', 'no hit', 'none', 'weak', 'clicks'],
    style: { head: [], border: [] },
  });
  for (const { query, searches, zero, none, weak, clicks } of queries.slice(0, 10)) {
    // Signs that move a terminal's cursor are no part of a query.
    table.push([query.replace(/\p{C}/gu, '\u{FFFD}'), searches, zero, none, weak, clicks]);
  }
  return table.toString();
}
