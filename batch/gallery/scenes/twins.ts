import type { Entity } from './cast/index.ts';
import { Dice } from './drawing/index.ts';
import { type GalleryImage, imageOf } from './gallery-image.ts';
import type { TwinKind } from './story/event.ts';
import { applyExchange, attributeExchanges } from './story/exchange.ts';
import { type Plan, planScene } from './story/plan.ts';

/** Two images that the same words describe, bound differently. */
export interface TwinImages {
  readonly kind: TwinKind;
  readonly first: GalleryImage;
  readonly second: GalleryImage;
}

const KINDS: readonly TwinKind[] = ['attribute', 'role', 'relation'];

/**
 * The twins of a seed: two entities of a scene exchange their colours or sizes, or
 * two clothes of a person their colours (`attribute`), or two entities their places in what is
 * done (`role`) or in how things stand (`relation`). The n-th captions of both consist of the same words.
 *
 * @throws AppError `argument_invalid` for a seed that is not a whole number from 0 on.
 */
export function drawTwins(seed: number): TwinImages {
  const dice = Dice.of(seed, 5);
  const kind = dice.pick(KINDS);
  for (;;) {
    const plan = planScene(dice);
    const twin = exchanged(plan, kind, dice);
    if (twin !== undefined) {
      return { kind, first: imageOf(plan, seed, 0, true), second: imageOf(twin, seed, 1, true) };
    }
  }
}

/** The plan with the main event's binding exchanged; undefined where it has none of this kind. */
function exchanged(plan: Plan, kind: TwinKind, dice: Dice): Plan | undefined {
  const [main, ...others] = plan.events;
  if (main === undefined) return undefined;
  const cast = kind === 'attribute' ? exchangeAttributes(main.cast, plan, dice) : exchangeSlots(main, kind);
  return cast === undefined ? undefined : { ...plan, events: [{ ...main, cast }, ...others] };
}

function exchangeSlots({ event, cast }: Plan['events'][number], kind: TwinKind): Entity[] | undefined {
  if (event.swap?.kind !== kind) return undefined;
  const [i, j] = event.swap.slots;
  const [first, second] = [cast[i], cast[j]];
  if (first === undefined || second === undefined) return undefined;
  const fits =
    event.slots[i]?.includes(second.kind) === true && event.slots[j]?.includes(first.kind) === true;
  return fits ? cast.map((entity, slot) => (slot === i ? second : slot === j ? first : entity)) : undefined;
}

function exchangeAttributes(cast: readonly Entity[], plan: Plan, dice: Dice): Entity[] | undefined {
  const exchanges = attributeExchanges(cast, plan.place);
  return exchanges.length === 0 ? undefined : applyExchange(cast, dice.pick(exchanges));
}
