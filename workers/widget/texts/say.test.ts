import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speak, type Texts } from './say.ts';
import type { Text } from './text.ts';

const english = speak('en', {});

function shipped(language: string): Texts {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${language}.json`), 'utf8')) as Texts;
}

/** The members of the type that lists all texts. */
function listed(): string[] {
  const source = readFileSync(join(import.meta.dirname, 'text.ts'), 'utf8');
  return [...source.matchAll(/^ {2}\| '((?:[^'\\]|\\.)*)'/gm)].map((match) => match[1] ?? '');
}

const names = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();

describe('speak', () => {
  it('has the English plural in the text itself', () => {
    expect([0, 1, 2, 1234].map((n) => english('1 image|{n} images', { n }))).toEqual([
      '0 images',
      '1 image',
      '2 images',
      '1,234 images',
    ]);
  });

  it('takes the forms of a language, and its numbers', () => {
    const german = speak('de', { '1 image|{n} images': { one: 'ein Bild', other: '{n} Bilder' } });
    expect([1, 1234].map((n) => german('1 image|{n} images', { n }))).toEqual(['ein Bild', '1.234 Bilder']);
    const polish = speak('pl', {
      '1 image|{n} images': { one: '1 a', few: '{n} b', many: '{n} c', other: 'd' },
    });
    expect([1, 3, 5, 22].map((n) => polish('1 image|{n} images', { n }))).toEqual([
      '1 a',
      '3 b',
      '5 c',
      '22 b',
    ]);
  });

  it('stays English where a translation is missing', () => {
    expect(speak('fr', {})('More images')).toBe('More images');
    expect(speak('fr', {})('1 image|{n} images', { n: 1 })).toBe('1 image');
  });

  it('puts values in as they are', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        expect(english('No image found for “{query}”.', { query })).toBe(`No image found for “${query}”.`);
      }),
    );
  });

  it('says what a service says, whatever is in it, unless it is translated', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(english(text as Text)).toBe(text);
      }),
    );
  });
});

describe.each(['de', 'ar'])('the texts of %s', (language) => {
  const texts = shipped(language);

  it('are all texts, and nothing else', () => {
    expect(listed().length).toBeGreaterThan(60);
    expect(Object.keys(texts).toSorted()).toEqual(listed().toSorted());
  });

  it('have the same names, and every plural form that the language has', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [text, translation] of Object.entries(texts)) {
      const [one = '', other] = text.split('|');
      const forms = typeof translation === 'string' ? { other: translation } : translation;
      if (other !== undefined) {
        expect([text, Object.keys(forms).toSorted()]).toEqual([text, pluralCategories.toSorted()]);
      }
      const without = (list: string[]) => list.filter((name) => name !== '{n}');
      for (const form of Object.values(forms)) {
        // A form may say its number in a word.
        const compared = other === undefined ? (list: string[]) => list : without;
        expect([text, compared(names(form))]).toEqual([text, compared(names(other ?? one))]);
      }
    }
  });
});
