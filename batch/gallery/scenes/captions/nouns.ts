import type { Entity, Kind, Outfit } from '../cast/index.ts';
import type { Dice } from '../drawing/index.ts';

/** What a kind is called; the first few name it alone, the rest only in captions that need not tell it apart. */
interface Names {
  readonly own: readonly string[];
  readonly loose: readonly string[];
}

/** The names of the kinds that are not called by their kind alone. */
export const NAMES: Readonly<Partial<Record<Kind, Names>>> = {
  man: { own: ['man', 'man', 'guy'], loose: ['person', 'young man'] },
  woman: { own: ['woman', 'woman', 'lady'], loose: ['person', 'young woman'] },
  boy: { own: ['boy', 'boy', 'little boy', 'young boy'], loose: ['child', 'kid'] },
  girl: { own: ['girl', 'girl', 'little girl', 'young girl'], loose: ['child', 'kid'] },
  dog: { own: ['dog', 'dog', 'puppy'], loose: ['animal', 'pet'] },
  cat: { own: ['cat', 'cat', 'kitten'], loose: ['animal', 'pet'] },
  horse: { own: ['horse'], loose: ['animal'] },
  cow: { own: ['cow'], loose: ['animal'] },
  rabbit: { own: ['rabbit', 'rabbit', 'bunny'], loose: ['animal', 'pet'] },
  bicycle: { own: ['bicycle', 'bike'], loose: [] },
  sofa: { own: ['sofa', 'couch'], loose: [] },
  cup: { own: ['cup', 'cup', 'mug'], loose: [] },
  pot: { own: ['flower pot'], loose: ['pot'] },
  bear: { own: ['teddy bear'], loose: ['teddy'] },
  boat: { own: ['boat', 'boat', 'sailboat'], loose: [] },
};

/** How much of what could be said about an entity is said. */
export type Detail = 'all' | 'some';

/**
 * An entity as a noun phrase with its article; `all` names every attribute that could be confused. The words for sizes
 * follow `wording`, so that a caption pairs big with small and large with little.
 */
export function nounPhrase(entity: Entity, detail: Detail, dice: Dice, wording: number): string {
  const names = NAMES[entity.kind];
  const loose = detail === 'some' && dice.chance(0.22);
  const noun = dice.pick(
    loose && names !== undefined && names.loose.length > 0 ? names.loose : (names?.own ?? [entity.kind]),
  );
  if (entity.outfit !== undefined)
    return withArticle(`${noun}${dressed(entity, entity.outfit, detail, dice)}`);
  const told = detail === 'all' || dice.chance(0.72);
  const size = entity.size === undefined || !told ? '' : `${SIZE_WORDS[entity.size][wording % 2]} `;
  if (entity.kind === 'snowman')
    return withArticle(`${size}snowman${told ? ` with ${withArticle(`${entity.colour} scarf`)}` : ''}`);
  const coloured = withArticle(`${size}${told ? `${entity.colour} ` : ''}${noun}`);
  return entity.kind === 'fish' ? `${coloured} in a bowl` : coloured;
}

const SIZE_WORDS = { big: ['big', 'large'], small: ['small', 'little'] } as const;

function dressed(entity: Entity, outfit: Outfit, detail: Detail, dice: Dice): string {
  if (detail === 'some' && dice.chance(0.22)) return '';
  const shirt = withArticle(
    `${entity.colour} ${outfit.striped && (detail === 'all' || dice.chance(0.7)) ? 'striped ' : ''}${outfit.garment}`,
  );
  const joint = dice.pick([' in ', ' in ', ' wearing ']);
  const hat = outfit.hat === undefined ? '' : withArticle(`${outfit.hat} hat`);
  const trousers = outfit.shorts
    ? `${outfit.trousers} shorts`
    : `${outfit.trousers} ${dice.pick(['trousers', 'pants'])}`;
  if (detail === 'some' && hat !== '' && dice.chance(0.3)) return `${joint}${hat}`;
  const told = detail === 'all' || dice.chance(0.4);
  if (hat !== '' && told)
    return `${joint}${dice.chance(0.5) ? `${shirt} and ${hat}` : `${hat} and ${shirt}`}`;
  if (outfit.garment === 'shirt' && (outfit.trousersTold ? told : detail === 'some' && dice.chance(0.12)))
    return `${joint}${shirt} and ${trousers}`;
  return `${joint}${shirt}`;
}

/** The words after `a` or, before a vowel's sound, `an`. */
function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}
