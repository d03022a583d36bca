/** The captions of the pictures that were taken, so that no two pictures have all of theirs in common. */
export class TakenCaptions {
  /** Every caption. */
  readonly captions = new Set<string>();
  readonly #pictures = new Set<string>();

  /** Takes pictures unless one has the same captions as another or as one that was taken; says whether. */
  take(pictures: readonly (readonly string[])[]): boolean {
    const keys = new Set(pictures.map((captions) => captions.toSorted().join('\n')));
    if (keys.size < pictures.length || [...keys].some((key) => this.#pictures.has(key))) return false;
    for (const key of keys) this.#pictures.add(key);
    for (const caption of pictures.flat()) this.captions.add(caption);
    return true;
  }
}
