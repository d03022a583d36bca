import { type PayloadPath, someElementAt } from '../payload/payload-path.ts';
import type { Payload } from '../schema/common.ts';
import type { Scalar } from '../schema/filter.ts';

/** Which slots hold which values at one path: finds candidates for `match` without reading every point. */
export class PayloadIndex {
  readonly #path: PayloadPath;
  readonly #slots = new Map<Scalar, Set<number>>();
  /** Points with at least one value. */
  points = 0;

  constructor(path: PayloadPath) {
    this.#path = path;
  }

  add(slot: number, payload: Payload): void {
    const values = this.#values(payload);
    if (values.size > 0) this.points++;
    for (const value of values) {
      const slots = this.#slots.get(value);
      if (slots) slots.add(slot);
      else this.#slots.set(value, new Set([slot]));
    }
  }

  /** With the payload that was added. */
  remove(slot: number, payload: Payload): void {
    const values = this.#values(payload);
    if (values.size > 0) this.points--;
    for (const value of values) {
      const slots = this.#slots.get(value);
      slots?.delete(slot);
      if (slots?.size === 0) this.#slots.delete(value);
    }
  }

  /** Slots with any of the values. */
  lookup(values: Iterable<Scalar>): Set<number> {
    const found = new Set<number>();
    for (const value of values) for (const slot of this.#slots.get(value) ?? []) found.add(slot);
    return found;
  }

  #values(payload: Payload): Set<Scalar> {
    const values = new Set<Scalar>();
    someElementAt(payload, this.#path, (value) => {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        values.add(value);
      return false;
    });
    return values;
  }
}
