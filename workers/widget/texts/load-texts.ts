import type { Texts } from './say.ts';

/** Languages whose texts the service has beside the script: `/texts/de.json`. */
const SHIPPED = ['ar', 'de'];
/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = /^(?:ar|dv|fa|he|ks|ps|sd|ug|ur|yi)\b/;

/** The language for an element, as a tag of BCP 47: its own, that of what is around it, or the page's. */
export function languageOf(host: HTMLElement): string {
  const { lang } = host.closest<HTMLElement>('[lang]') ?? document.documentElement;
  try {
    return new Intl.Locale(lang || 'en').toString();
  } catch {
    // Not a tag: what browsers ignore, too.
    return 'en';
  }
}

export function directionOf(language: string): 'rtl' | 'ltr' {
  return RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr';
}

/** The texts that the service has in a language; undefined if it has none, and, with a warning, if they cannot be fetched. */
export async function loadTexts(language: string, service: URL): Promise<Texts | undefined> {
  const [base = ''] = language.split('-');
  if (!SHIPPED.includes(base)) return undefined;
  try {
    const response = await fetch(new URL(`/texts/${base}.json`, service));
    if (response.ok) return (await response.json()) as Texts;
    throw new Error(`status ${response.status}`);
  } catch (error) {
    console.warn(`gsmn: English, because the texts in ${base} cannot be fetched`, error);
    return undefined;
  }
}
