/** Attributes of all our elements that take a sentence. */
const TEXTS = ['endpoint', 'search-key', 'placeholder', 'examples', 'url-parameter'];

/**
 * Gives an element a property for each of its attributes, like HTML's own elements: `url-parameter` becomes `urlParameter`. A text is empty
 * without its attribute; null and undefined remove it. `texts` and `flags` are those that only this element has.
 */
export function reflect(
  type: { readonly prototype: HTMLElement },
  texts: readonly string[],
  flags: readonly string[] = [],
): void {
  for (const name of [...TEXTS, ...texts, ...flags]) {
    const flag = flags.includes(name);
    Object.defineProperty(type.prototype, propertyName(name), {
      get(this: HTMLElement): string | boolean {
        return flag ? this.hasAttribute(name) : (this.getAttribute(name) ?? '');
      },
      set(this: HTMLElement, value: string | boolean | null | undefined): void {
        if (flag) this.toggleAttribute(name, !!value);
        else if (value === null || value === undefined) this.removeAttribute(name);
        else this.setAttribute(name, String(value));
      },
    });
  }
}

/** Applies properties that a page has set before the script of the element was loaded. */
export function adoptProperties(element: HTMLElement): void {
  for (const [name, value] of Object.entries(element)) {
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, value);
  }
}

function propertyName(attribute: string): string {
  return attribute.replace(/-./g, (letters) => letters.slice(1).toUpperCase());
}
