import process from 'node:process';
import { calibrateModel } from '../../model/calibration/calibrate-model.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

interface CalibrateCommandOptions {
  readonly data: string;
  readonly split: string;
  readonly into?: string;
  readonly backend: string;
}

/** `gsmn model calibrate` */
export async function runCalibrate(model: string, options: CalibrateCommandOptions): Promise<void> {
  const into = options.into ?? model;
  const calibration = await interruptible((signal) =>
    calibrateModel({ ...options, model, into, signal }, terminalReport),
  );
  process.stdout.write(`${JSON.stringify(calibration, undefined, 1)}\n`);
}
