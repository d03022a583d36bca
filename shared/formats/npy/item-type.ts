import { ELEMENT_BYTES, type ElementType } from '../numbers/element-type.ts';
import type { Encoding } from '../numbers/read-elements.ts';
import type { PythonLiteral } from './python-literal.ts';

/** The type of an item of an array: a number, a pickled object, a structure, or one of which only the size is known. */
export type ItemType =
  | { readonly kind: 'number'; readonly bytes: number; readonly encoding: Encoding }
  | { readonly kind: 'object'; readonly bytes: number }
  | { readonly kind: 'structured'; readonly bytes: number; readonly fields: readonly NpyField[] }
  | { readonly kind: 'other'; readonly bytes: number; readonly text: string };

/** One field of a structured array; a field can itself be an array of `shape`. */
export interface NpyField {
  readonly name: string;
  readonly type: ItemType;
  readonly shape: readonly number[];
  /** Its offset in its structure, and its length with all its elements. */
  readonly offset: number;
  readonly bytes: number;
}

const KINDS: Record<string, string> = { b: 'bool', i: 'int', u: 'uint', f: 'float' };
const CODE = /^([<>|=])?([bBiufcSaUVMmOt?])(\d{0,15})(\[[^\]]*\])?$/;

/**
 * Reads the `descr` of a header: a type code such as `<f4`, or the list of a structure's fields.
 *
 * @returns undefined for anything else.
 */
export function parseItemType(descr: PythonLiteral): ItemType | undefined {
  if (typeof descr === 'string') return parseCode(descr);
  return Array.isArray(descr) ? parseStructure(descr as readonly PythonLiteral[]) : undefined;
}

/** Reads a numpy type code, such as `<f4`, `|i1`, `>u8`, `O`, `<U12`. */
function parseCode(code: string): ItemType | undefined {
  const [, order = '|', kind = '', digits = ''] = CODE.exec(code) ?? [];
  if (kind === '') return undefined;
  if (kind === 'O') return { kind: 'object', bytes: 8 };
  const size = Number(digits);
  const type = numberType(kind, digits);
  if (type !== undefined) {
    return { kind: 'number', bytes: ELEMENT_BYTES[type], encoding: { type, littleEndian: order !== '>' } };
  }
  // Unicode counts code points of four bytes; all other types count bytes.
  return { kind: 'other', bytes: kind === 'U' ? 4 * size : size, text: code };
}

function numberType(kind: string, digits: string): ElementType | undefined {
  if (kind === '?') return 'bool';
  const name = kind === 'b' ? 'bool' : `${KINDS[kind]}${8 * Number(digits)}`;
  const known = Object.hasOwn(ELEMENT_BYTES, name) && (kind !== 'b' || digits === '1');
  return known ? (name as ElementType) : undefined;
}

function parseStructure(list: readonly PythonLiteral[]): ItemType | undefined {
  const fields: NpyField[] = [];
  const names = new Set<string>();
  let bytes = 0;
  for (const entry of list) {
    const field = parseField(entry, bytes);
    if (field === undefined) return undefined;
    bytes += field.bytes;
    // Padding between fields has no name.
    if (field.name === '') continue;
    if (names.has(field.name)) return undefined;
    names.add(field.name);
    fields.push(field);
  }
  return { kind: 'structured', bytes, fields };
}

/** `(name, descr)` or `(name, descr, shape)`, where the name may be given as `(title, name)`. */
function parseField(entry: PythonLiteral, offset: number): NpyField | undefined {
  if (!Array.isArray(entry) || entry.length < 2 || entry.length > 3) return undefined;
  const [label, descr, extent = []] = entry as readonly PythonLiteral[];
  const name = Array.isArray(label) ? label[1] : label;
  const type = parseItemType(descr as PythonLiteral);
  const shape = parseShape(typeof extent === 'number' ? [extent] : extent);
  if (typeof name !== 'string' || type === undefined || shape === undefined) return undefined;
  const bytes = shape.reduce((product, size) => product * size, type.bytes);
  return Number.isSafeInteger(offset + bytes) ? { name, type, shape, offset, bytes } : undefined;
}

/** Numpy's own limit. */
const MOST_AXES = 64;

/** A tuple of extents. */
export function parseShape(literal: PythonLiteral): readonly number[] | undefined {
  if (!Array.isArray(literal) || literal.length > MOST_AXES) return undefined;
  const extents = literal as readonly unknown[];
  const whole = (extent: unknown) => Number.isSafeInteger(extent) && (extent as number) >= 0;
  return extents.every(whole) ? (extents as number[]) : undefined;
}
