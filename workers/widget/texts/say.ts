import type { Text } from './text.ts';

/** What a text is in another language: one sentence, or its forms by plural category (`Intl.PluralRules`) of `{n}`. */
type Translation = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

/** The texts of a language by their English; what is missing stays English. */
export type Texts = Readonly<Partial<Record<Text, Translation>>>;

/** Says a text with values in place of `{names}`; numbers are written as the language does. */
export interface Say {
  (text: Text, values?: Readonly<Record<string, string | number>>): string;
  /** A tag of BCP 47. */
  readonly language: string;
}

/** A language's texts. `language` is a valid tag of BCP 47. */
export function speak(language: string, texts: Texts): Say {
  const say = (text: Text, values?: Readonly<Record<string, string | number>>): string => {
    const given = texts[text];
    if (values === undefined) return typeof given === 'string' ? given : text;
    const count = Number(values.n);
    const [one = '', other = one] = text.split('|');
    const english = count === 1 ? one : other;
    const chosen =
      typeof given === 'object'
        ? (given[new Intl.PluralRules(language).select(count)] ?? given.other)
        : given;
    return (chosen ?? english).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? '';
      return typeof value === 'number' ? value.toLocaleString(language) : value;
    });
  };
  return Object.assign(say, { language });
}
