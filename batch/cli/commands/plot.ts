import process from 'node:process';
import { Command } from 'commander';

/** `gsmn plot`: the log of a training run as an SVG. */
export function plotCommand(): Command {
  return new Command('plot')
    .description('draw loss, learning rate and recall@K of a training run as an SVG')
    .argument('<log>', 'the log.jsonl of the run; the run may still be going on')
    .requiredOption('--out <file>', 'the .svg file to write')
    .action(async (log: string, { out }: { readonly out: string }) => {
      const { withFileSource } = await import('../../../shared/platform/file-source.ts');
      const { writeFileAtomic } = await import('../../../shared/platform/atomic-file.ts');
      const { parseTrainingLog } = await import('../../plot/training-log.ts');
      const { trainingPlot } = await import('../../plot/training-plot.ts');
      const bytes = await withFileSource(log, (source) => source.read(0, source.size));
      const { entries, cutLine } = parseTrainingLog(new TextDecoder().decode(bytes), log);
      if (cutLine !== undefined) {
        process.stderr.write(`${log}:${cutLine} was cut while it was written; the line is left out\n`);
      }
      await writeFileAtomic(out, trainingPlot(entries));
      process.stderr.write(`wrote ${out} (${entries.length} entries)\n`);
    });
}
