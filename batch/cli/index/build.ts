import process from 'node:process';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { buildIndex } from '../../index/build-index.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { dataFolder, type ModelDataOptions } from '../options.ts';
import { terminalReport } from '../progress.ts';

interface BuildCommandOptions extends ModelDataOptions, IndexOptions {
  readonly split?: string;
  readonly imagesUrl?: string;
  readonly schema?: string;
  readonly searchCaptions?: boolean;
  readonly activate: boolean;
  readonly json?: boolean;
}

/** `gsmn index build` */
export async function runBuild(options: BuildCommandOptions): Promise<void> {
  const data = dataFolder(options);
  const result = await withStorage({ ...options, mayReplace: true }, ({ store }) =>
    interruptible((signal) =>
      buildIndex(
        {
          ...options,
          data,
          propagation: propagationSchema.optional().parse(options.propagation),
          store,
          signal,
        },
        terminalReport,
      ),
    ),
  );
  const { generation, built } = result;
  const { index, activate } = options;
  const serving = activate ? 'serves' : 'is ready';
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ index, generation, built, active: activate })}\n`
      : `generation ${generation} ${serving} (${index})\n`,
  );
}
