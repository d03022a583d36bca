import process from 'node:process';
import { fitCaptions } from '../../model/caption-weight/fit-captions.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

interface FitCaptionsCommandOptions {
  readonly data: string;
  readonly split: string;
  readonly backend: string;
}

/** `gsmn model fit-captions` */
export async function runFitCaptions(model: string, options: FitCaptionsCommandOptions): Promise<void> {
  const fitted = await interruptible((signal) => fitCaptions({ ...options, model, signal }, terminalReport));
  process.stdout.write(`${JSON.stringify(fitted, undefined, 1)}\n`);
}
