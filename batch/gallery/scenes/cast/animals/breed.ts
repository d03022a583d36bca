import type { Point, Tone } from '../../drawing/index.ts';

export type AnimalPose = 'stand' | 'walk' | 'run' | 'sit' | 'sleep';

/** What tells one four-legged animal from another. Lengths in units; it looks right. */
export interface Breed {
  readonly length: number;
  /** From the ground to the back. */
  readonly height: number;
  /** From the back to the belly. */
  readonly depth: number;
  readonly leg: number;
  /** Where the head is from the chest's upper corner, standing. */
  readonly reach: Point;
  readonly headRadius: number;
  /** How far the tail reaches from where it begins. */
  readonly tailReach: number;
  readonly neck: number;
  readonly head: (tone: Tone, asleep: boolean) => string;
  /** The tail from where it begins, to the left. */
  readonly tail: (tone: Tone) => string;
  /** Spots, saddle or wool over a standing body. */
  readonly marks?: (tone: Tone) => string;
  readonly hoof: string;
  /** How far ears or horns stand above the head's middle. */
  readonly crest: number;
}
