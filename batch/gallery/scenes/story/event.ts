import type { Entity, Kind } from '../cast/index.ts';
import { drawEntity, type Manner } from '../cast/index.ts';
import type { Dice, Move, Sketch } from '../drawing/index.ts';
import { moved } from '../drawing/index.ts';

/** A sketch in a group, and the entity it shows; ropes, food and the like show none. */
export interface Part {
  readonly sketch: Sketch;
  readonly entity: Entity | undefined;
  /** It stands on the ground, and its shadow falls there. */
  readonly grounded: boolean;
}

/** Where something can happen; `deep` needs ground that reaches far back. */
export type Where = 'anywhere' | 'deep' | 'outdoors' | 'afloat' | 'snow';

export type TwinKind = 'attribute' | 'role' | 'relation';

/** Two slots whose entities may change places, and what that changes. */
export interface Swap {
  readonly kind: Exclude<TwinKind, 'attribute'>;
  readonly slots: readonly [number, number];
}

/**
 * Something that happens, or how things stand to each other. Sentences name the slots as `{0}`, `{1}`, …: a clause has
 * a finite verb, a phrase has none.
 */
export interface SceneEvent {
  readonly name: string;
  /** What may take part, a list for each slot. */
  readonly slots: readonly (readonly Kind[])[];
  readonly where: Where;
  /** The group on the ground line y = 0, painted in this order; it acts to the right. */
  readonly arrange: (cast: Cast, dice: Dice) => Part[];
  readonly clauses: readonly string[];
  readonly phrases: readonly string[];
  readonly swap?: Swap;
  /** Left and right matter, so that the group is never mirrored. */
  readonly handed?: boolean;
  /** Its things and animals may be big and small. */
  readonly sizes?: boolean;
}

/** The entities of an event, by slot. */
export interface Cast {
  /** The entity of a slot. */
  readonly at: (slot: number) => Entity;
}

/** An entity drawn in a manner and moved to its position. */
export function put(
  entity: Entity,
  dice: Dice,
  manner: Manner,
  move: Move,
  grounded = (move.y ?? 0) === 0,
): Part {
  return { sketch: moved(drawEntity(entity, dice, manner), move), entity, grounded };
}

/** A line, some food, … that belongs to nobody. */
export function prop(sketch: Sketch): Part {
  return { sketch, entity: undefined, grounded: false };
}
