import process from 'node:process';
import { Command } from 'commander';
import {
  announceEvaluation,
  type EvaluationOptions,
  evaluationRequest,
  tellOddFeatures,
  withEvaluationOptions,
} from '../evaluation-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';

/** `gsmn score`: the similarity matrix of a split as a `.npy` file. */
export function scoreCommand(): Command {
  return withEvaluationOptions(new Command('score'))
    .description(
      'similarities of every image with every caption, [images, captions] float32; for several models their mean',
    )
    .requiredOption('--out <file>', 'the .npy file to write; by folds it is [5, images / 5, captions / 5]')
    .action(async (options: EvaluationOptions & { readonly out: string }) => {
      const request = evaluationRequest(options);
      const { closeMembers, openMembers } = await import('../../evaluation/open-members.ts');
      const { runScoring } = await import('../../evaluation/run-scoring.ts');
      const members = await openMembers(request);
      try {
        announceEvaluation(members);
        const shape = await interruptible((signal) => runScoring(members, options.out, withProgress, signal));
        tellOddFeatures(members);
        process.stderr.write(`wrote ${options.out} [${shape.join(', ')}]\n`);
      } finally {
        await closeMembers(members);
      }
    });
}
