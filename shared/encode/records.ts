/** Records of the kernel's linear memory, field by field as in `assembly/records.ts`; all are integers. */

export const DIRECTION = {
  size: 'integer',
  panels: 'integer',
  weights: 'integer',
  candidateBias: 'integer',
} as const;

export const STEP = { previous: 'integer', projected: 'integer', next: 'integer' } as const;
