import type { Payload } from '../schema/common.ts';

type Step = { readonly key: string } | { readonly index: number } | { readonly all: true };

/** A path into a payload: `a`, `a.b`, `a[].b`, `a[2]`, `"a.b".c`. */
export interface PayloadPath {
  readonly text: string;
  readonly steps: readonly Step[];
}

const PART = /^(?:"([^"]+)"|([^".[\]]+))((?:\[\d*\])*)(\.(?=.)|$)/;

/** Undefined if the text is not a path. */
export function parsePath(text: string): PayloadPath | undefined {
  const steps: Step[] = [];
  for (let rest = text; rest !== '' || steps.length === 0; ) {
    const part = PART.exec(rest);
    if (part === null) return undefined;
    const [whole, quoted, plain, brackets = ''] = part;
    steps.push({ key: quoted ?? plain ?? '' });
    for (const [, index = ''] of brackets.matchAll(/\[(\d*)\]/g)) {
      steps.push(index === '' ? { all: true } : { index: Number(index) });
    }
    rest = rest.slice(whole.length);
  }
  return { text, steps };
}

/** All values at a path; none if the path does not exist. An array at its end is one value. */
export function valuesAt(payload: Payload, path: PayloadPath): unknown[] {
  const [only] = path.steps;
  if (path.steps.length === 1 && only !== undefined && 'key' in only) {
    // Most paths are one key, and filters check many points.
    return Object.hasOwn(payload, only.key) ? [payload[only.key]] : [];
  }
  let values: unknown[] = [payload];
  for (const step of path.steps) {
    values = values.flatMap((value) => {
      if ('key' in step) {
        return typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.hasOwn(value, step.key)
          ? [(value as Payload)[step.key]]
          : [];
      }
      if (!Array.isArray(value)) return [];
      if ('all' in step) return value as unknown[];
      return step.index < value.length ? [value[step.index]] : [];
    });
  }
  return values;
}

/** The values at a path, with the elements of arrays at its end: what `match` and `range` check. */
export function elementsAt(payload: Payload, path: PayloadPath): unknown[] {
  const values = valuesAt(payload, path);
  return values.some(Array.isArray) ? values.flat() : values;
}
