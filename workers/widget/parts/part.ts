/**
 * A script beside the widget's own, fetched when it is first needed. Its name has the hash of its text, so it is the one that this script
 * was built with, or it is not found.
 */
export class Part<Exports> {
  readonly #file: string;
  #exports: Promise<Exports> | undefined;
  #tries = 0;

  /** `file` is what `import file from 'part:./module.ts'` gives. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Fetches it ahead, once. */
  preload(): void {
    if (this.#tries === 0) this.load().catch(() => {});
  }

  /** Rejects, with a warning, if it cannot be fetched; the next call tries again. */
  load(): Promise<Exports> {
    this.#exports ??= this.#import().catch((error: unknown) => {
      console.warn(`gsmn: ${this.#file} cannot be loaded`, error);
      this.#exports = undefined;
      throw error;
    });
    return this.#exports;
  }

  #import(): Promise<Exports> {
    const address = new URL(this.#file, import.meta.url);
    // Browsers remember by its address that a script could not be loaded.
    if (this.#tries > 0) address.search = `${this.#tries}`;
    this.#tries++;
    return import(address.href) as Promise<Exports>;
  }
}

/** Gives the element's tree the style sheet of a part. */
export function adoptStyle(element: Element, sheet: CSSStyleSheet): void {
  const { adoptedStyleSheets } = element.getRootNode() as ShadowRoot;
  if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
}
