import { describe, expect, it } from 'vitest';
import { nearNouns } from './near-nouns.ts';
import { parseWordNet } from './wordnet-nouns.ts';

/** A hierarchy as deep as WordNet's: meaning, what it is a kind of, its words with the counts of their meanings. */
const MEANINGS: readonly (readonly [string, string | undefined, Record<string, number>, number?])[] = [
  ['entity', undefined, { entity: 5 }, 3],
  ['physical', 'entity', {}, 3],
  ['object', 'physical', { object: 5 }, 3],
  ['whole', 'object', {}, 3],
  ['living', 'whole', {}, 3],
  ['organism', 'living', {}, 3],
  ['animal', 'organism', { animal: 9 }, 3],
  ['vertebrate', 'animal', { vertebrate: 1 }],
  ['mammal', 'vertebrate', { mammal: 2 }],
  ['ungulate', 'mammal', {}],
  ['equine', 'ungulate', {}],
  ['horse', 'equine', { horse: 9 }],
  ['zebra', 'equine', { zebra: 1 }],
  ['cow', 'ungulate', { cow: 5, bovine: 0 }],
  ['joy', 'entity', { joy: 4 }, 12],
];
const id = (name: string | undefined) =>
  String(1 + MEANINGS.findIndex(([own]) => own === name)).padStart(8, '0');
const data = MEANINGS.map(([name, above, words, file = 5]) => {
  const list = Object.keys(words).length === 0 ? [name] : Object.keys(words);
  const pointers = above === undefined ? '000' : `001 @ ${id(above)} n 0000`;
  return `${id(name)} ${String(file).padStart(2, '0')} n ${String(list.length).padStart(2, '0')} ${list.map((word) => `${word} 0`).join(' ')} ${pointers} | a gloss`;
}).join('\n');
const index = [
  ...MEANINGS.flatMap(([name, , words]) =>
    Object.entries(words).map(([word, count]) => `${word}%1:05:00:: ${id(name)} 1 ${count}`),
  ),
  'cow%2:37:00:: 00000099 1 1',
].join('\n');
const wordnet = parseWordNet(`  1 a line of the licence\n${data}\n`, `${index}\n`);
const all = [...wordnet.senses.keys()];
const near = (noun: string) => nearNouns(wordnet, [noun], all, () => 0).get(noun);

describe('nouns near in meaning', () => {
  it('are kinds of the same thing, then what a word is a kind of, nearest first', () => {
    expect(near('zebra')).toEqual(['horse', 'mammal', 'vertebrate', 'animal']);
    expect(near('mammal')).toEqual(['vertebrate', 'bovine', 'cow', 'animal', 'horse', 'zebra']);
  });

  it('are synonyms first', () => {
    expect(near('bovine')?.[0]).toBe('cow');
  });

  it('are no words of very general meaning, and none for what cannot be seen', () => {
    expect(near('animal')).not.toContain('object');
    expect(near('joy')).toBeUndefined();
  });

  it('are no words that are mostly something else', () => {
    const verb = parseWordNet(data, `${index}\ncow%2:37:01:: 00000098 2 90`);
    expect(nearNouns(verb, ['bovine'], all, () => 0).get('bovine')).not.toContain('cow');
  });
});
