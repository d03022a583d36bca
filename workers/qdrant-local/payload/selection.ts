import type { Payload } from '../schema/common.ts';
import { isObject, type PayloadPath } from './payload-path.ts';

/** Which parts of a payload an answer contains, compiled once for all payloads. */
export interface PayloadSelection {
  readonly kind: 'include' | 'exclude';
  readonly tree: PathTree;
}

/** Paths with common beginnings as one tree, so that a payload is walked once for all of them. */
interface PathTree {
  /** A path ends here. */
  ends: boolean;
  readonly below: Map<string | typeof ELEMENT, PathTree>;
}

const ELEMENT = Symbol('any element');

/**
 * Compiles paths as Qdrant selects by them: every element of an array is at `a[]`. Elements are not told apart: nothing
 * is at `a[0]`.
 */
export function selectionOf(kind: PayloadSelection['kind'], paths: readonly PayloadPath[]): PayloadSelection {
  const tree = emptyTree();
  for (const { key, steps } of paths) {
    let at: PathTree | undefined = tree;
    for (const step of [{ key }, ...steps]) {
      if ('index' in step) at = undefined;
      if (at === undefined) break;
      at = branch(at, 'key' in step ? step.key : ELEMENT);
    }
    if (at !== undefined) at.ends = true;
  }
  return { kind, tree };
}

function emptyTree(): PathTree {
  return { ends: false, below: new Map() };
}

function branch({ below }: PathTree, step: string | typeof ELEMENT): PathTree {
  const known = below.get(step);
  if (known !== undefined) return known;
  const added = emptyTree();
  below.set(step, added);
  return added;
}

/**
 * The selected part of a payload. What is included keeps what is above and below it; what is excluded loses what is
 * below it.
 */
export function selected(payload: Payload, { kind, tree }: PayloadSelection): Payload {
  return (kind === 'include' ? included(payload, tree) : remaining(payload, tree)) as Payload;
}

function included(value: unknown, { ends, below }: PathTree): unknown {
  if (ends) return value;
  if (Array.isArray(value)) {
    const inner = below.get(ELEMENT);
    return inner === undefined ? [] : value.map((element) => included(element, inner));
  }
  if (!isObject(value)) return value;
  const entries: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const inner = below.get(key);
    if (inner !== undefined) entries.push([key, included(value[key], inner)]);
  }
  return Object.fromEntries(entries);
}

function remaining(value: unknown, { below }: PathTree): unknown {
  if (Array.isArray(value)) {
    const inner = below.get(ELEMENT);
    if (inner === undefined) return value;
    return inner.ends ? [] : value.map((element) => remaining(element, inner));
  }
  if (!isObject(value)) return value;
  const entries: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const inner = below.get(key);
    if (inner === undefined) entries.push([key, value[key]]);
    else if (!inner.ends) entries.push([key, remaining(value[key], inner)]);
  }
  return Object.fromEntries(entries);
}
