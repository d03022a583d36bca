/** Between arcs that meet at a word, in pixels. */
const PORT_GAP = 7;

/** The start of a word's arc at its head and its end at the word, in pixels from the middle of each. */
interface ArcPorts {
  readonly head: number;
  readonly dependent: number;
}

/**
 * Arcs that meet at a word are next to each other: those to the left on the left, those to the right on the right, longer ones
 * closer to the middle, so that none crosses another of the same word. The root's mark is in the middle. `heads` as in
 * `arcLevels`.
 */
export function portOffsets(heads: readonly number[]): ArcPorts[] {
  const ports = heads.map(() => ({ head: 0, dependent: 0 }));
  for (const word of heads.keys()) {
    const ends = arcEnds(word, heads);
    const left = ends.filter(({ to }) => to < word);
    const right = ends.filter(({ to }) => to > word);
    const first = heads[word] === 0 ? 1 : ends.length === 1 ? 0 : 0.5;
    for (const [side, sign] of [
      [left, -1],
      [right, 1],
    ] as const) {
      side.sort((a, b) => Math.abs(b.to - word) - Math.abs(a.to - word));
      for (const [rank, { arc, end }] of side.entries()) {
        const port = ports[arc];
        if (port !== undefined) port[end] = sign * (first + rank) * PORT_GAP;
      }
    }
  }
  return ports;
}

/** The width that a word needs for the arcs that meet at it. */
export function portsWidth(
  word: number,
  words: readonly { readonly head: number }[],
  ports: readonly ArcPorts[],
): number {
  let farthest = 0;
  for (const [arc, port] of ports.entries()) {
    if (arc === word) farthest = Math.max(farthest, Math.abs(port.dependent));
    if (words[arc]?.head === word + 1) farthest = Math.max(farthest, Math.abs(port.head));
  }
  return 2 * farthest + PORT_GAP;
}

interface ArcEnd {
  /** The word whose arc it is. */
  readonly arc: number;
  readonly end: keyof ArcPorts;
  /** The word at the other end. */
  readonly to: number;
}

/** The arcs that meet at a word. */
function arcEnds(word: number, heads: readonly number[]): ArcEnd[] {
  return heads.flatMap((head, arc): ArcEnd[] => {
    if (head === 0) return [];
    if (arc === word) return [{ arc, end: 'dependent', to: head - 1 }];
    return head - 1 === word ? [{ arc, end: 'head', to: arc }] : [];
  });
}
