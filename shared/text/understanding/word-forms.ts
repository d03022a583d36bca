import irregularVerbs from 'english-verbs-irregular/dist/verbs.json' with { type: 'json' };
import pluralize from 'pluralize';
import { isCommon } from './common-words.ts';
import { isFunctionWord } from './function-words.ts';

/** Past forms and participles by verb. */
const IRREGULAR = new Map(Object.entries(irregularVerbs).map(([verb, forms]) => [verb, forms.flat()]));
const VERB_OF = new Map(
  [...IRREGULAR].flatMap(([verb, forms]) => forms.map((form) => [form, verb] as const)),
);

/** Endings, and what is in their place without them. */
type Rules = readonly (readonly [ending: string, instead: string])[];
const THIRD_PERSON: Rules = [
  ['ies', 'y'],
  ['es', ''],
  ['s', ''],
];
const PAST = degree('ed');
const GERUND: Rules = [
  ['ing', ''],
  ['ing', 'e'],
  ['ying', 'ie'],
];
const COMPARATIVE = degree('er');
const SUPERLATIVE = degree('est');

function degree(ending: string): Rules {
  return [
    [`i${ending}`, 'y'],
    [ending, ''],
    [ending, 'e'],
  ];
}

/**
 * Other forms of an English word, the likeliest first: what it is a form of (`dog` for `dogs`, `swim` for `swam`), then the other forms of
 * these (`swims`, `swimming`). Plurals are those of `pluralize`, irregular verbs those of `english-verbs-irregular`; all others follow the
 * rules of spelling, and are given only if English has the word.
 */
export function otherForms(word: string): string[] {
  const bases = basesOf(word);
  const forms = [word, ...bases]
    .filter(isCommon)
    .flatMap((base) => [pluralize.plural(base), ...inflected(base)]);
  return [...new Set([...bases, ...forms])].filter((form) => form !== word && !isFunctionWord(form));
}

/**
 * What a word is a form of, the likeliest: `dog` for `dogs`, `swim` for `swam`; the word itself if it is a form of nothing. Words of two letters are
 * no base: by the rules of spelling `red` would be one of `re`.
 */
export function baseForm(word: string): string {
  return basesOf(word).find((base) => base !== word && base.length > 2 && !isFunctionWord(base)) ?? word;
}

function basesOf(word: string): string[] {
  return [...singularOf(word), ...verbsOf(word), ...adjectivesOf(word)];
}

function singularOf(word: string): string[] {
  const singular = pluralize.singular(word);
  return singular.length > 2 ? [singular] : [];
}

function verbsOf(word: string): string[] {
  const irregular = VERB_OF.get(word);
  const bases = [THIRD_PERSON, PAST, GERUND].flatMap((rules) => detach(word, rules));
  // A verb has all forms: `ceiling` is none of `ceil`, which has no `ceiled`.
  const verbs = bases.filter((base) => pastOf(base).length > 0 && attach(base, GERUND).length > 0);
  return irregular === undefined ? verbs : [irregular, ...verbs];
}

function adjectivesOf(word: string): string[] {
  const bases = [COMPARATIVE, SUPERLATIVE].flatMap((rules) => detach(word, rules));
  // An adjective has both: `corner` is none of `corn`, which has no `cornest`.
  return bases.filter((base) => attach(base, COMPARATIVE).length > 0 && attach(base, SUPERLATIVE).length > 0);
}

function pastOf(verb: string): string[] {
  return [...(IRREGULAR.get(verb) ?? []), ...attach(verb, PAST)];
}

function inflected(base: string): string[] {
  // `evenings` shows that `evening` is a noun of its own.
  const gerunds = attach(base, GERUND).filter((form) => !isCommon(`${form}s`));
  return [...attach(base, THIRD_PERSON), ...pastOf(base), ...gerunds];
}

/** The words that have an ending in `word`. */
function detach(word: string, rules: Rules): string[] {
  return rules.flatMap(([ending, instead]) => {
    if (!word.endsWith(ending)) return [];
    const stem = word.slice(0, -ending.length);
    // `running`
    const single = instead === '' && stem.at(-1) === stem.at(-2) ? [stem.slice(0, -1)] : [];
    return [`${stem}${instead}`, ...single].filter((base) => isCommon(base) && !isFunctionWord(base));
  });
}

/** The words that a base and an ending make. */
function attach(base: string, rules: Rules): string[] {
  return rules.flatMap(([ending, instead]) => {
    if (!base.endsWith(instead)) return [];
    const stem = base.slice(0, base.length - instead.length);
    const doubled = instead === '' ? [`${stem}${stem.at(-1)}${ending}`] : [];
    return [`${stem}${ending}`, ...doubled].filter(isCommon);
  });
}

const NUMBERS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );

/** A number up to 20 as it may be written instead: `2` for `two`, `two` for `2`; undefined for other words. */
export function otherNumeral(word: string): string | undefined {
  if (/^\d{1,2}$/u.test(word)) return NUMBERS[Number(word)];
  const value = NUMBERS.indexOf(word);
  return value < 0 ? undefined : String(value);
}
