import process from 'node:process';
import { Command } from 'commander';
import {
  announceEvaluation,
  type EvaluationOptions,
  evaluationRequest,
  withEvaluationOptions,
} from '../evaluation-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

/** `gsmn evaluate`: recalls of a model on a split, counted and printed as the released `test.py` and `testall.py` do. */
export function evaluateCommand(): Command {
  return withEvaluationOptions(new Command('evaluate'))
    .description('recalls of a model on a split, as the released test.py and testall.py print them')
    .option('--json', 'the figures as JSON on stdout')
    .action(async (options: EvaluationOptions & { readonly json?: boolean }) => {
      const request = evaluationRequest(options);
      const { closeMembers, openMembers } = await import('../../evaluation/open-members.ts');
      const { runEvaluation } = await import('../../evaluation/run-evaluation.ts');
      const { evaluationJson, evaluationLines } = await import('../../evaluation/evaluation-report.ts');
      const members = await openMembers(request);
      try {
        announceEvaluation(members);
        const folds = await interruptible((signal) => runEvaluation(members, withProgress, { signal }));
        const report = options.json
          ? JSON.stringify(evaluationJson(members, folds), undefined, 2)
          : evaluationLines(folds).join('\n');
        process.stdout.write(`${report}\n`);
      } finally {
        await closeMembers(members);
      }
    });
}
