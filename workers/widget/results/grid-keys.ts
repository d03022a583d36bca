/** The part of a rectangle that is needed to find a neighbour. */
export interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** The arrow key with the same meaning where lines run from right to left. */
export function mirrored(key: string): string {
  return key === 'ArrowLeft' ? 'ArrowRight' : key === 'ArrowRight' ? 'ArrowLeft' : key;
}

/**
 * The destination of an arrow key from card `from`, given the rectangles of all cards: an index, `up` if it leaves the
 * grid at its top, undefined if it leads nowhere or is another key.
 */
export function neighbour(key: string, from: number, places: readonly Place[]): number | 'up' | undefined {
  const last = places.length - 1;
  switch (key) {
    case 'ArrowLeft':
      return from > 0 ? from - 1 : undefined;
    case 'ArrowRight':
      return from < last ? from + 1 : undefined;
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowUp':
      return nearest(from, places, -1) ?? 'up';
    case 'ArrowDown':
      return nearest(from, places, 1);
    default:
      return undefined;
  }
}

/** The card of the next row up or down whose middle is nearest. Cards of a row share their top to a pixel or so. */
function nearest(from: number, places: readonly Place[], direction: 1 | -1): number | undefined {
  const start = places[from];
  if (start === undefined) return undefined;
  const beyond = places
    .map((place, index) => ({
      index,
      distance: direction * (place.top - start.top),
      offset: apart(place, start),
    }))
    .filter(({ distance }) => distance > 2);
  const row = Math.min(...beyond.map(({ distance }) => distance));
  const [best] = beyond.filter(({ distance }) => distance < row + 2).sort((a, b) => a.offset - b.offset);
  return best?.index;
}

function apart(a: Place, b: Place): number {
  return Math.abs(a.left + a.right - b.left - b.right);
}
