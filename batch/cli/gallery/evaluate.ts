import process from 'node:process';
import {
  evaluateGallery,
  type GalleryEvaluation,
  galleryJson,
  galleryTable,
} from '../../gallery/evaluation/index.ts';
import { galleryModelFolder } from '../../gallery/model-folder.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface EvaluateGalleryOptions {
  readonly data: string;
  readonly model?: readonly string[];
  readonly split: string;
  readonly backend: string;
  readonly json?: boolean;
}

/** `gsmn gallery evaluate` */
export async function runGalleryEvaluation(options: EvaluateGalleryOptions): Promise<void> {
  const evaluations: GalleryEvaluation[] = [];
  for (const model of options.model ?? [galleryModelFolder()]) {
    terminalReport.say(`model: ${model}`);
    evaluations.push(
      await interruptible((signal) => evaluateGallery(model, options, terminalReport, signal)),
    );
  }
  const text = options.json
    ? JSON.stringify(evaluations.map(galleryJson), undefined, 2)
    : galleryTable(evaluations);
  process.stdout.write(`${text}\n`);
}
