import { arcLevels } from './arc-levels.ts';
import { portOffsets, portsWidth } from './arc-ports.ts';

/** A word as drawn, with lengths in pixels. */
export interface WordBox {
  readonly width: number;
  /** The word that it depends on, counted from 1; 0 for the root. */
  readonly head: number;
  /** Width of the relation's name, which is on the word's arc. */
  readonly labelWidth: number;
}

/**
 * The arc of a word, from its head (`from`) to the word (`to`), which are equal for the root; y grows downwards, 0 is
 * the drawing's top.
 */
export interface PlacedArc {
  readonly from: number;
  readonly to: number;
  /** y of the arc's level part. */
  readonly top: number;
  /** Middle and base line of its label. */
  readonly label: { readonly x: number; readonly y: number };
}

export interface ArcLayout {
  readonly width: number;
  /** Height of the arcs; words are below. */
  readonly height: number;
  /** Middles of the words. */
  readonly words: readonly number[];
  /** One for each word. */
  readonly arcs: readonly PlacedArc[];
}

/** Between neighbouring words. */
const WORD_GAP = 14;
/** Between a label and the ends of its arc. */
const LABEL_INSET = 8;
/** Between a label and what is above it. */
const LEVEL_GAP = 10;
/** Between a label's base line and its arc. */
const LABEL_LIFT = 4;

/**
 * Places words in a row and their arcs above them. An arc is high enough to pass over all shorter arcs that it spans or crosses,
 * so that height grows with distance; the distance between words leaves room for the labels between them. Labels do not overlap:
 * arcs of one height are next to each other, each label within its own arc. The root's mark is higher than all arcs.
 *
 * `labelHeight` is the height of a line of label text.
 */
export function layoutArcs(words: readonly WordBox[], labelHeight: number): ArcLayout {
  const heads = words.map(({ head }) => head);
  const levels = arcLevels(heads);
  const step = labelHeight + LEVEL_GAP;
  const height = Math.max(0, ...levels) * step + LABEL_LIFT + labelHeight;
  const ports = portOffsets(heads);
  const { middles, width } = placeWords(words, ports);
  const arcs = words.map(({ head }, word): PlacedArc => {
    const port = ports[word] ?? { head: 0, dependent: 0 };
    const to = (middles[word] ?? 0) + port.dependent;
    const from = head === 0 ? to : (middles[head - 1] ?? 0) + port.head;
    const top = height - (levels[word] ?? 0) * step;
    return { from, to, top, label: { x: (from + to) / 2, y: top - LABEL_LIFT } };
  });
  return { width, height, words: middles, arcs };
}

/** Middles from left to right, each as close to the words before it as widths and labels allow. */
function placeWords(words: readonly WordBox[], ports: ReturnType<typeof portOffsets>) {
  const halves = words.map(({ width, head, labelWidth }, word) =>
    Math.max(width / 2, portsWidth(word, words, ports) / 2, head === 0 ? labelWidth / 2 : 0),
  );
  const middles: number[] = [];
  for (const [word, half] of halves.entries()) {
    const before = word === 0 ? half : (middles[word - 1] ?? 0) + (halves[word - 1] ?? 0) + WORD_GAP + half;
    middles.push(Math.max(before, ...labelNeeds(word, words, ports, middles)));
  }
  return { middles, width: (middles.at(-1) ?? 0) + (halves.at(-1) ?? 0) };
}

/** Minimum position of `right` for the labels of the arcs that join it to words on its left. */
function labelNeeds(
  right: number,
  words: readonly WordBox[],
  ports: ReturnType<typeof portOffsets>,
  middles: readonly number[],
): number[] {
  return words.flatMap(({ head, labelWidth }, dependent) => {
    const other = head - 1;
    if (head === 0 || Math.max(dependent, other) !== right) return [];
    const port = ports[dependent] ?? { head: 0, dependent: 0 };
    const [leftPort, rightPort] = other === right ? [port.dependent, port.head] : [port.head, port.dependent];
    const left = middles[Math.min(dependent, other)] ?? 0;
    return [left + leftPort + labelWidth + 2 * LABEL_INSET - rightPort];
  });
}
