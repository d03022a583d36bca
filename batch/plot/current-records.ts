import type { StepRecord, TrainingRecord, ValidationRecord } from './training-record.ts';

/** The valid entries of a run that may have been resumed. */
export interface CurrentRecords {
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  /** Steps after which the run resumed from a checkpoint. */
  readonly resumedAt: readonly number[];
}

/**
 * Separates the entries of a log by kind. A resumed run returns to its checkpoint: the steps that it repeats replace
 * those after the checkpoint.
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
      // A step counts itself as done; a validation adds none.
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

/** The validation with the largest rsum, the earliest among equal ones. */
export function bestValidation(validations: readonly ValidationRecord[]): ValidationRecord | undefined {
  return validations.reduce<ValidationRecord | undefined>(
    (best, record) => (best === undefined || record.rsum > best.rsum ? record : best),
    undefined,
  );
}
