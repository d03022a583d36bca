import type { StepEntry, TrainingEntry, ValidationEntry } from './training-entry.ts';

/** The valid entries of a run that may have been resumed. */
export interface CurrentEntries {
  readonly steps: readonly StepEntry[];
  readonly validations: readonly ValidationEntry[];
  /** Steps after which the run resumed from a checkpoint. */
  readonly resumedAt: readonly number[];
}

/**
 * Separates the entries of a log by kind. A resumed run returns to its checkpoint: the steps that it repeats replace
 * those after the checkpoint.
 */
export function currentEntries(entries: readonly TrainingEntry[]): CurrentEntries {
  let steps: StepEntry[] = [];
  let validations: ValidationEntry[] = [];
  const resumedAt: number[] = [];
  let resumed = false;
  for (const [index, entry] of entries.entries()) {
    if (entry.type === 'run') {
      resumed = index > 0;
      continue;
    }
    if (resumed) {
      // A step counts itself as done; a validation adds none.
      const from = entry.type === 'step' ? entry.step : entry.step + 1;
      steps = steps.filter(({ step }) => step < from);
      validations = validations.filter(({ step }) => step < entry.step);
      resumedAt.push(from - 1);
      resumed = false;
    }
    if (entry.type === 'step') steps.push(entry);
    else validations.push(entry);
  }
  return { steps, validations, resumedAt };
}

/** The validation with the largest rsum, the earliest among equal ones. */
export function bestValidation(validations: readonly ValidationEntry[]): ValidationEntry | undefined {
  return validations.reduce<ValidationEntry | undefined>(
    (best, entry) => (best === undefined || entry.rsum > best.rsum ? entry : best),
    undefined,
  );
}
