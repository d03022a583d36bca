import process from 'node:process';
import { Command } from 'commander';
import type { Members } from '../../evaluation/open-members.ts';
import {
  announceEvaluation,
  type EvaluationOptions,
  evaluationRequest,
  tellOddFeatures,
  withEvaluationOptions,
} from '../evaluation-options.ts';
import { interruptible } from '../interrupt.ts';
import { wholeNumber } from '../options.ts';
import { withProgress } from '../progress.ts';

interface EvaluateOptions extends EvaluationOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly worst: number;
}

/**
 * `gsmn evaluate`: recall@K of models on a split, counted and printed like the released `test.py`, `testall.py`,
 * `test_stack.py`.
 */
export function evaluateCommand(): Command {
  return withEvaluationOptions(new Command('evaluate'))
    .description('recall@K of a model, or of an ensemble, on a split, printed like the released scripts')
    .option('--json', 'the figures as JSON on stdout')
    .option(
      '--html <dir>',
      'folder for a report: a page of the queries for a browser, and all of them as JSON lines',
    )
    .option(
      '--worst <count>',
      'number of worst queries of each direction on the page',
      wholeNumber('worst', 1, 1000),
      50,
    )
    .action(async (options: EvaluateOptions) => {
      const request = evaluationRequest(options);
      const { closeMembers, openMembers } = await import('../../evaluation/open-members.ts');
      const { assertReportFolder } = await import('../../evaluation/report/report-folder.ts');
      // Before the work, not after it.
      if (options.html !== undefined) await assertReportFolder(options.html);
      const members = await openMembers(request);
      try {
        announceEvaluation(members);
        await evaluate(members, options);
      } finally {
        await closeMembers(members);
      }
    });
}

async function evaluate(members: Members, { json, html, worst }: EvaluateOptions): Promise<void> {
  const { runEvaluation } = await import('../../evaluation/run-evaluation.ts');
  const { evaluationJson, evaluationLines } = await import('../../evaluation/evaluation-report.ts');
  const { foldQueries } = await import('../../evaluation/queries/fold-queries.ts');
  const queries: ReturnType<typeof foldQueries> = [];
  let fold = 0;
  const folds = await interruptible((signal) =>
    runEvaluation(members, withProgress, {
      signal,
      onFold: (scored) => {
        if (html === undefined) return;
        for (const query of foldQueries(scored, fold)) queries.push(query);
        fold++;
      },
    }),
  );
  tellOddFeatures(members);
  const report = json
    ? JSON.stringify(evaluationJson(members, folds), undefined, 2)
    : evaluationLines(folds).join('\n');
  process.stdout.write(`${report}\n`);
  if (html === undefined) return;
  const { writeReport } = await import('../../evaluation/report/write-report.ts');
  const notes = await writeReport({ folder: html, worst, members, folds, queries });
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  process.stderr.write(`wrote ${html}/index.html\n`);
}
