/** After an answer: its images are on their way. */
const IDLE_MS = 500;

/**
 * A script beside the widget's own, fetched when it is first needed. Its name has the hash of its text, so it is the one that this script
 * was built with, or it is not found.
 */
export class Part<Exports> {
  readonly #file: string;
  #exports: Promise<Exports> | undefined;
  #loaded: Exports | undefined;
  #tries = 0;

  /** `file` is what `import file from 'part:./module.ts'` gives. */
  constructor(file: string) {
    this.#file = file;
  }

  /** What it exports, once it is there. */
  get loaded(): Exports | undefined {
    return this.#loaded;
  }

  /** Fetches it ahead when there is time, once. */
  preload(): void {
    whenIdle(() => {
      if (this.#tries === 0) this.load().catch(() => {});
    });
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

  async #import(): Promise<Exports> {
    const address = new URL(this.#file, import.meta.url);
    // Browsers remember by its address that a script could not be loaded.
    if (this.#tries > 0) address.search = `${this.#tries}`;
    this.#tries++;
    this.#loaded = (await import(address.href)) as Exports;
    return this.#loaded;
  }
}

/** A browser that does not say when it has time does it a moment later. */
export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(act);
  else setTimeout(act, IDLE_MS);
}

/** Gives the element's tree the style sheet of a part. */
export function adoptStyle(element: Element, sheet: CSSStyleSheet): void {
  const { adoptedStyleSheets } = element.getRootNode() as ShadowRoot;
  if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
}
