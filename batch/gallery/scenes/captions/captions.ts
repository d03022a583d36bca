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
  // One or two captions may leave the main event out.
  const aside = exact ? [] : dice.some(companions, dice.below(3));
  const about = dice.some(templatesOf(main), CAPTIONS - aside.length);
  return [
    ...about.map((template, index) => {
      const keys: Keys = [seed, 20 + index];
      const structure = Dice.of(...keys);
      const companion =
        structure.chance(0.4) && companions.length > 0 ? structure.pick(companions) : undefined;
      const detail = exact || structure.chance(0.55) ? 'all' : 'some';
      return sentence(main, template, companion, { plan, keys, dice: structure, detail });
    }),
    ...aside.map((companion, index) => {
      const keys: Keys = [seed, 40 + index];
      const structure = Dice.of(...keys);
      const template = structure.pick(templatesOf(companion));
      return sentence(companion, template, undefined, { plan, keys, dice: structure, detail: 'some' });
    }),
  ];
}

function templatesOf({ event }: PlannedEvent): Template[] {
  return [
    ...event.clauses.map((text) => ({ text, clause: true })),
    ...event.phrases.map((text) => ({ text, clause: false })),
  ];
}

/** The seeds of a caption: the image's and its own. */
type Keys = readonly [number, number];

interface Wording {
  readonly plan: Plan;
  readonly keys: Keys;
  readonly dice: Dice;
  readonly detail: Detail;
}

function sentence(
  main: PlannedEvent,
  template: Template,
  companion: PlannedEvent | undefined,
  { plan, keys, dice, detail }: Wording,
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
function fill({ cast }: PlannedEvent, { text }: Template, keys: Keys, detail: Detail): string {
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
