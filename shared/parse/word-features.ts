/** The network's input for a word: rows of six tables. */
export const FEATURES = ['vector', 'form', 'longSuffix', 'shortSuffix', 'prefix', 'shape'] as const;

export type Feature = (typeof FEATURES)[number];

/** Entries of each table of strings, in the order of their rows after the first two. */
export type FeatureEntries = Readonly<Record<Exclude<Feature, 'shape'>, readonly string[]>>;

/** Rows of a word in each table. */
export type FeatureRows = Readonly<Record<Feature, number>>;

/** In every table, the row for unknown entries. */
export const UNKNOWN_ROW = 0;
/** In every table, the row for the root, which comes before the first word. */
const ROOT_ROW = 1;
const FIRST_ROW = 2;

export const ROOT_ROWS: FeatureRows = {
  vector: ROOT_ROW,
  form: ROOT_ROW,
  longSuffix: ROOT_ROW,
  shortSuffix: ROOT_ROW,
  prefix: ROOT_ROW,
  shape: ROOT_ROW,
};

/** Shapes of words by their characters; the first that matches. */
const SHAPES: readonly RegExp[] = [
  /^\p{Ll}+$/u,
  /^\p{Lu}\p{Ll}+$/u,
  /^\p{Lu}$/u,
  /^\p{Lu}+$/u,
  /^\p{Nd}+$/u,
  /\p{Nd}/u,
  /^[\p{P}\p{S}]+$/u,
  /-/u,
  /^\p{Lu}/u,
];

/** Rows of a table of features. */
export function tableRows(feature: Feature, entries: FeatureEntries): number {
  return FIRST_ROW + (feature === 'shape' ? SHAPES.length + 1 : entries[feature].length);
}

/** The key of a word in each table of strings. */
export const featureKey: Readonly<Record<Exclude<Feature, 'shape'>, (lower: string) => string>> = {
  vector: (lower) => lower,
  form: (lower) => lower,
  longSuffix: (lower) => lower.slice(-3),
  shortSuffix: (lower) => lower.slice(-2),
  prefix: (lower) => lower.slice(0, 3),
};

/** Quotes as in the Penn Treebank, and typographic ones, to those of the treebank. */
const QUOTES: ReadonlyMap<string, string> = new Map([
  ['``', '"'],
  ["''", '"'],
  ['“', '"'],
  ['”', '"'],
  ['‘', "'"],
  ['’', "'"],
  ['`', "'"],
]);

/** A word as spelled in the tables. */
export function normalizedWord(word: string): string {
  return QUOTES.get(word) ?? word.replaceAll('’', "'");
}

/** Looks words up. */
export function featureLookup(entries: FeatureEntries): (word: string) => FeatureRows {
  const rows = (list: readonly string[]) => new Map(list.map((entry, index) => [entry, index + FIRST_ROW]));
  const vectors = rows(entries.vector);
  const tables = {
    form: rows(entries.form),
    longSuffix: rows(entries.longSuffix),
    shortSuffix: rows(entries.shortSuffix),
    prefix: rows(entries.prefix),
  };
  const shape = (word: string): number => {
    const found = SHAPES.findIndex((pattern) => pattern.test(word));
    return FIRST_ROW + (found < 0 ? SHAPES.length : found);
  };
  return (original) => {
    const word = normalizedWord(original);
    const lower = word.toLowerCase();
    const row = (name: keyof typeof tables) => tables[name].get(featureKey[name](lower)) ?? UNKNOWN_ROW;
    return {
      // Numbers without a vector are looked up by the number of their digits.
      vector: vectors.get(lower) ?? vectors.get(lower.replace(/\p{Nd}/gu, '0')) ?? UNKNOWN_ROW,
      form: row('form'),
      longSuffix: row('longSuffix'),
      shortSuffix: row('shortSuffix'),
      prefix: row('prefix'),
      shape: shape(word),
    };
  };
}
