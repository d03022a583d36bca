import { join } from 'node:path';
import process from 'node:process';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { chooseSplit } from '../../data/choose-split.ts';
import { assertNewModelFolder, loadModel, writeModel } from '../../model/load-model.ts';
import { interruptible } from '../interrupt.ts';
import { checkpointFile, dataFolder, type ModelDataOptions } from '../options.ts';
import { terminalReport } from '../progress.ts';

/** `gsmn model prepare` */
export async function runPrepare(
  options: ModelDataOptions & {
    readonly out: string;
    readonly split?: string;
    readonly recall?: string;
  },
): Promise<void> {
  const data = dataFolder(options);
  const split = await chooseSplit(data, options.split);
  await assertNewModelFolder(options.out);
  const { model, engines } = await interruptible((signal) =>
    loadModel(
      {
        ...options,
        checkpoint: checkpointFile(options),
        data,
        split,
        propagation: propagationSchema.optional().parse(options.propagation),
        cache: undefined,
        signal,
      },
      terminalReport,
    ),
  );
  try {
    await writeModel(model, options.out);
  } finally {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
  process.stdout.write(`wrote ${join(options.out)}\n`);
}
