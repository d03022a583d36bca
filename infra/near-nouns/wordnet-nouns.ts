/** A meaning of nouns in WordNet. */
interface Synset {
  readonly id: string;
  /** The number of the lexicographer's file, which says what kind of thing it is. */
  readonly file: number;
  /** The meanings that it is a kind of. */
  readonly hypernyms: readonly string[];
  /** Whether it is a single thing that has a name, not a kind of thing. */
  readonly isInstance: boolean;
}

/** A meaning of one noun, and how often it was counted in texts. */
export interface Sense extends Synset {
  readonly count: number;
}

/** WordNet's nouns. */
export interface WordNet {
  readonly synsets: ReadonlyMap<string, Synset>;
  /** For each noun of one word its meanings, the most frequent first. */
  readonly senses: ReadonlyMap<string, readonly Sense[]>;
  /** Of the counted uses of a word, the share as a noun; none for words that were not counted. */
  readonly nounShare: ReadonlyMap<string, number>;
}

/** Files begin with a licence whose lines begin with a space. */
function dataLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
}

/** Parses `data.noun` and `index.sense` (wndb(5WN), senseidx(5WN)). */
export function parseWordNet(data: string, index: string): WordNet {
  const synsets = new Map(
    dataLines(data)
      .map((line) => synsetOf(line))
      .map((synset) => [synset.id, synset]),
  );
  const senses = new Map<string, Sense[]>();
  const uses = new Map<string, { noun: number; all: number }>();
  for (const line of dataLines(index)) {
    const [key = '', id = '', rank = '', times = '0'] = line.split(' ');
    const [word = '', type = ''] = key.split('%');
    if (!/^[a-z]+$/.test(word)) continue;
    const count = Number(times);
    const own = uses.get(word) ?? { noun: 0, all: 0 };
    uses.set(word, own);
    own.all += count;
    const synset = synsets.get(id);
    if (!type.startsWith('1:') || synset === undefined) continue;
    own.noun += count;
    const list = senses.get(word) ?? [];
    senses.set(word, list);
    list[Number(rank) - 1] = { ...synset, count };
  }
  const shares = [...uses].flatMap(([word, { noun, all }]) =>
    all === 0 ? [] : [[word, noun / all] as const],
  );
  return { synsets, senses, nounShare: new Map(shares) };
}

function synsetOf(line: string): Synset {
  const parts = line.split(' ');
  const words = Number.parseInt(parts[3] ?? '', 16);
  const first = 4 + 2 * words;
  const pointers = Array.from({ length: Number(parts[first]) }, (_, at) =>
    parts.slice(first + 1 + 4 * at, first + 5 + 4 * at),
  );
  const above = (symbol: string) => pointers.flatMap(([own, id = '']) => (own === symbol ? [id] : []));
  const named = above('@i');
  return {
    id: parts[0] ?? '',
    file: Number(parts[1]),
    hypernyms: [...above('@'), ...named],
    isInstance: named.length > 0,
  };
}
