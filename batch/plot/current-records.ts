import type { StepRecord, TrainingRecord, ValidationRecord } from './training-record.ts';

/** What counts of a run that may have been resumed. */
export interface CurrentRecords {
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  /** Steps after which the run went on from a checkpoint. */
  readonly resumedAt: readonly number[];
}

/**
 * Takes a log apart by kind. A resumed run goes back to its checkpoint: what it does again takes the place of what had
 * been done beyond it.
 */
export function currentRecords(records: readonly TrainingRecord[]): CurrentRecords {
  let steps: StepRecord[] = [];
  let validations: ValidationRecord[] = [];
  const resumedAt: number[] = [];
  let resumed = false;
  for (const [index, record] of records.entries()) {
    if (record.type === 'run') {
      resumed = index > 0;
      continue;
    }
    if (resumed) {
      // Steps count what is done with the step itself; a validation adds none.
      const from = record.type === 'step' ? record.step : record.step + 1;
      steps = steps.filter(({ step }) => step < from);
      validations = validations.filter(({ step }) => step < record.step);
      resumedAt.push(from - 1);
      resumed = false;
    }
    if (record.type === 'step') steps.push(record);
    else validations.push(record);
  }
  return { steps, validations, resumedAt };
}

/** The validation with the largest sum of recalls, the earliest of equal ones. */
export function bestValidation(validations: readonly ValidationRecord[]): ValidationRecord | undefined {
  return validations.reduce<ValidationRecord | undefined>(
    (best, record) => (best === undefined || record.rsum > best.rsum ? record : best),
    undefined,
  );
}
