/**
 * Process that describes the image files it is sent, one after the other, until nobody can send any more. Decoders of files that anybody
 * may send run here: one that crashes, or takes too long, ends nothing else.
 */
import process from 'node:process';
import sharp from 'sharp';
import { type ErrorCode, toAppError } from '../../shared/errors/index.ts';
import { HeicDecoder } from '../photos/heic/heic-decoder.ts';
import { PhotoFault, type ProblemCode } from '../photos/photo-problem.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import {
  type DescriberName,
  type ImageDescriber,
  type ImageDescription,
  openDescriber,
} from './image-describer.ts';
import { readImage } from './read-image.ts';

/** What the process is sent: first what describes, then files. */
export type ImageTask =
  | { readonly describer: DescriberName; readonly limits: PhotoLimits }
  | { readonly file: Uint8Array };

/** The answer to each task. Errors are told in parts: sent as they are they would lose their code. */
export type ImageAnswer =
  | { readonly ready: true }
  | { readonly description: ImageDescription }
  | { readonly fault: ProblemCode }
  | {
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

// Nothing is read twice, and several images of tens of megapixels would be kept.
sharp.cache(false);
const heic = HeicDecoder.isInstalled() ? new HeicDecoder(1) : undefined;
let open: { readonly describer: ImageDescriber; readonly limits: PhotoLimits } | undefined;

async function answer(task: ImageTask): Promise<ImageAnswer> {
  try {
    if ('describer' in task) {
      open = { describer: await openDescriber(task.describer), limits: task.limits };
      return { ready: true };
    }
    if (open === undefined) throw new Error('a file came before what describes it');
    return { description: await readImage(task.file, open.describer, open.limits, heic?.decode) };
  } catch (thrown) {
    if (thrown instanceof PhotoFault) return { fault: thrown.code };
    const { code, message, hint } = toAppError(thrown);
    return { error: { code, message, hint } };
  }
}

process.on('message', (task: ImageTask) => {
  // If nobody receives it any more, this process ends anyway.
  void answer(task).then((said) => process.send?.(said, undefined, undefined, () => {}));
});
process.on('disconnect', () => process.exit(0));
// A terminal sends these to all processes; the one that started this one decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
