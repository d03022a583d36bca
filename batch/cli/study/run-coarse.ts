import process from 'node:process';
import { createEngines } from '../../../shared/platform/engines/index.ts';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { loadNetwork } from '../../checkpoint/load-network.ts';
import { openSplit } from '../../data/open-split.ts';
import type { Split } from '../../data/split.ts';
import { runCoarseStudy } from '../../study/coarse-recall.ts';
import { prepareCoarseStudy, type StudySplit } from '../../study/study-input.ts';
import { interruptible } from '../interrupt.ts';
import { checkpointFile, dataFolder, type ModelDataOptions } from '../options.ts';
import { terminalReport, withProgress } from '../progress.ts';

/** `gsmn study coarse`: prints the tables of docs/coarse-recall.md. */
export async function runCoarse(options: ModelDataOptions): Promise<void> {
  const data = dataFolder(options);
  const propagation = propagationSchema.optional().parse(options.propagation);
  const { config, parameters } = await loadNetwork(checkpointFile(options), propagation);
  const engines = await createEngines(config, parameters, options.backend);
  const study = await interruptible(async (signal) => {
    const opening = { vocabularySize: config.vocabularySize, boxFormat: options.boxFormat };
    const train = await openSplit(data, 'train', opening);
    const dev = await openSplit(data, 'dev', opening);
    for (const note of [...train.notes, ...dev.notes]) terminalReport.warn(note);
    const input = await withProgress('encode and score', 'units', (onProgress) =>
      prepareCoarseStudy(engines, { train: studySplit(train), dev: studySplit(dev) }, config.vocabularySize, {
        signal,
        onProgress,
      }),
    );
    for (const note of [...train.featureNotes(), ...dev.featureNotes()]) terminalReport.warn(note);
    await train.close();
    await dev.close();
    return withProgress('fit and measure', 'encoders', (onProgress) =>
      runCoarseStudy({ ...input, signal, onProgress }),
    );
  });
  process.stdout.write(`${study.markdown}\n`);
}

function studySplit(split: Split): StudySplit {
  return {
    rows: split,
    boxes: split.boxes,
    captions: split.captionIds,
    captionImages: split.captionImages,
    texts: split.captionTexts,
    dependencies: split.dependencies,
  };
}
