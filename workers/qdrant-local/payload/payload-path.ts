import type { Payload } from '../schema/common.ts';

type Step = { readonly key: string } | { readonly index: number } | { readonly all: true };

/** A path into a payload: `a`, `a.b`, `a[].b`, `a[2]`, `"a.b".c`. */
export interface PayloadPath {
  readonly text: string;
  readonly key: string;
  /** What follows the first key. */
  readonly steps: readonly Step[];
}

const PART = /(?:"([^"\\]*)"|([^".[\]]+))((?:\[\d{0,9}\])*)(\.(?=.)|$)/suy;

/** Undefined if the text is not a path. */
export function parsePath(text: string): PayloadPath | undefined {
  const steps: Step[] = [];
  PART.lastIndex = 0;
  do {
    const part = PART.exec(text);
    if (part === null) return undefined;
    const [, quoted, plain, brackets = ''] = part;
    steps.push({ key: quoted ?? plain ?? '' });
    for (const [, index = ''] of brackets.matchAll(/\[(\d*)\]/g)) {
      steps.push(index === '' ? { all: true } : { index: Number(index) });
    }
  } while (PART.lastIndex < text.length);
  const [first, ...rest] = steps;
  return first !== undefined && 'key' in first ? { text, key: first.key, steps: rest } : undefined;
}

/** Whether a value at a path passes; none does if the path does not exist. An array at its end is one value. */
export function someValueAt(
  payload: Payload,
  { key, steps }: PayloadPath,
  passes: (value: unknown) => boolean,
): boolean {
  return Object.hasOwn(payload, key) && someBelow(payload[key], steps, 0, passes);
}

function someBelow(
  value: unknown,
  steps: readonly Step[],
  at: number,
  passes: (value: unknown) => boolean,
): boolean {
  const step = steps[at];
  if (step === undefined) return passes(value);
  if ('key' in step)
    return (
      isObject(value) && Object.hasOwn(value, step.key) && someBelow(value[step.key], steps, at + 1, passes)
    );
  if (!Array.isArray(value)) return false;
  if ('all' in step) return value.some((element) => someBelow(element, steps, at + 1, passes));
  return step.index < value.length && someBelow(value[step.index], steps, at + 1, passes);
}

/** The same, where the elements of an array at the end are the values: what `match` and `range` check. */
export function someElementAt(
  payload: Payload,
  path: PayloadPath,
  passes: (value: unknown) => boolean,
): boolean {
  return someValueAt(payload, path, (value) => (Array.isArray(value) ? value.some(passes) : passes(value)));
}

export function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
