import { Dice } from '../drawing/index.ts';
import { PLACES } from '../places/index.ts';
import type { Plan, PlannedEvent } from '../story/plan.ts';
import { type Detail, nounPhrase } from './nouns.ts';

const CAPTIONS = 5;

/** A sentence pattern of an event. */
interface Template {
  readonly text: string;
  /** It has a finite verb. */
  readonly clause: boolean;
}

/**
 * Five captions of a plan, all different. `exact` captions tell the main event's entities apart by everything that is
 * said about them, and take the same words for an entity whichever slot it has: the captions of a twin then consist of
 * the same words.
 */
export function describe(plan: Plan, seed: number, exact: boolean): string[] {
  const dice = Dice.of(seed, 11);
  const [main, ...companions] = plan.events;
  if (main === undefined) return [];
  const templates = dice.some(templatesOf(main), CAPTIONS);
  const partial = exact ? 0 : dice.below(3);
  return templates.map((template, index) => {
    const keys = [seed, 20 + index] as const;
    const companion = companions[dice.below(Math.max(1, companions.length))];
    const structure = Dice.of(...keys);
    if (
      index >= CAPTIONS - partial &&
      companion !== undefined &&
      companions.indexOf(companion) === index - (CAPTIONS - partial)
    ) {
      return sentence(
        companion,
        structure.pick(templatesOf(companion)),
        undefined,
        plan,
        keys,
        structure,
        'some',
      );
    }
    const detail = exact || structure.chance(0.55) ? 'all' : 'some';
    return sentence(
      main,
      template,
      structure.chance(0.4) ? companion : undefined,
      plan,
      keys,
      structure,
      detail,
    );
  });
}

function templatesOf({ event }: PlannedEvent): Template[] {
  return [
    ...event.clauses.map((text) => ({ text, clause: true })),
    ...event.phrases.map((text) => ({ text, clause: false })),
  ];
}

function sentence(
  main: PlannedEvent,
  template: Template,
  companion: PlannedEvent | undefined,
  plan: Plan,
  keys: readonly [number, number],
  dice: Dice,
  detail: Detail,
): string {
  const said = fill(main, template, keys, detail);
  const place = dice.chance(0.55) ? placePhrase(plan, dice) : '';
  if (companion !== undefined) {
    const other = dice.pick(templatesOf(companion).filter((each) => each.clause === template.clause));
    const joint = template.clause ? dice.pick(['while', 'and', 'as']) : 'and';
    return finish(
      `${said} ${joint} ${fill(companion, other, keys, 'some')}${dice.chance(0.5) ? after(place) : ''}`,
    );
  }
  if (place !== '' && template.clause && dice.chance(0.25)) return finish(`${place} , ${said}`);
  return finish(`${said}${after(place)}`);
}

function after(place: string): string {
  return place === '' ? '' : ` ${place}`;
}

function placePhrase(plan: Plan, dice: Dice): string {
  if (plan.hour === 'evening' && dice.chance(0.35)) return dice.pick(['at sunset', 'in the evening']);
  return dice.pick(PLACES[plan.place].phrases);
}

/** The template with its entities' noun phrases. An entity's words depend on the caption and on itself, not on its slot. */
function fill(
  { cast }: PlannedEvent,
  { text }: Template,
  keys: readonly [number, number],
  detail: Detail,
): string {
  return text.replace(/\{(\d)\}/g, (_, slot: string) => {
    const entity = cast[Number(slot)];
    return entity === undefined
      ? ''
      : nounPhrase(entity, detail, Dice.of(...keys, entity.id), keys[0] + keys[1]);
  });
}

function finish(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} .`;
}
