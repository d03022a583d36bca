import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../test/support/random.ts';
import { type ArcLayout, layoutArcs, type WordBox } from './arc-layout.ts';
import { arcLevels } from './arc-levels.ts';
import { arcPath, arrowPath } from './arc-path.ts';

const SEED = 20261126;
const LABEL_HEIGHT = 15;

/** A random tree: each word, in a random order, depends on one before it. */
function randomHeads(random: () => number, length: number): number[] {
  const order = Array.from({ length }, (_, word) => word).sort(() => random() - 0.5);
  const heads = order.map(() => 0);
  for (const [place, word] of order.entries()) {
    if (place > 0) heads[word] = 1 + (order[Math.floor(place * random())] ?? 0);
  }
  return heads;
}

function randomBoxes(random: () => number, length: number): WordBox[] {
  return randomHeads(random, length).map((head) => ({
    head,
    width: 4 + 120 * random(),
    labelWidth: 10 + 110 * random(),
  }));
}

function labelBoxes({ arcs }: ArcLayout, words: readonly WordBox[]) {
  return arcs.map(({ label }, word) => ({
    left: label.x - (words[word]?.labelWidth ?? 0) / 2,
    right: label.x + (words[word]?.labelWidth ?? 0) / 2,
    top: label.y - LABEL_HEIGHT,
    bottom: label.y,
  }));
}

const CASES = Array.from({ length: 60 }, (_, index) => [1 + (index % 24), SEED + index] as const);

describe('layoutArcs', () => {
  it.each(CASES)('has no overlapping labels or words: %i words (seed %i)', (length, seed) => {
    const words = randomBoxes(seededRandom(seed), length);
    const layout = layoutArcs(words, LABEL_HEIGHT);
    const labels = labelBoxes(layout, words);
    for (const [index, a] of labels.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.right).toBeLessThanOrEqual(layout.width);
      expect(a.top).toBeGreaterThanOrEqual(0);
      for (const b of labels.slice(index + 1)) {
        const apart = a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
        expect(apart).toBe(true);
      }
    }
    for (let word = 1; word < length; word++) {
      const between = (layout.words[word] ?? 0) - (layout.words[word - 1] ?? 0);
      expect(between).toBeGreaterThan(((words[word]?.width ?? 0) + (words[word - 1]?.width ?? 0)) / 2);
    }
  });

  it.each(CASES)(
    'has labels within their arcs, and arcs above those that they span: %i words (seed %i)',
    (length, seed) => {
      const words = randomBoxes(seededRandom(seed), length);
      const layout = layoutArcs(words, LABEL_HEIGHT);
      const labels = labelBoxes(layout, words);
      for (const [index, { from, to, top }] of layout.arcs.entries()) {
        const [left, right] = [Math.min(from, to), Math.max(from, to)];
        expect(top).toBeLessThan(layout.height);
        if (left === right) {
          // The root's.
          for (const [other, arc] of layout.arcs.entries())
            if (other !== index) expect(top).toBeLessThan(arc.top);
          continue;
        }
        expect(labels[index]?.left).toBeGreaterThan(left);
        expect(labels[index]?.right).toBeLessThan(right);
        for (const [other, arc] of layout.arcs.entries()) {
          const inside = Math.min(arc.from, arc.to) >= left && Math.max(arc.from, arc.to) <= right;
          if (other !== index && inside && arc.from !== arc.to) expect(top).toBeLessThan(arc.top);
        }
      }
    },
  );

  it('starts every arc at its head and ends it at its word', () => {
    // the dog chases a ball
    const words = [2, 3, 0, 5, 3].map((head) => ({ head, width: 40, labelWidth: 30 }));
    const { arcs, words: middles, height } = layoutArcs(words, LABEL_HEIGHT);
    for (const [word, { head }] of words.entries()) {
      const { from, to } = arcs[word] ?? { from: Number.NaN, to: Number.NaN };
      expect(Math.abs(to - (middles[word] ?? 0))).toBeLessThan(20);
      expect(Math.abs(from - (middles[head === 0 ? word : head - 1] ?? 0))).toBeLessThan(20);
    }
    const [det, subject, root] = arcs;
    if (det === undefined || subject === undefined || root === undefined) throw new Error('arcs are missing');
    expect(arcPath(det, height)).toBe(
      `M${det.from} ${height}V${det.top + 12.5}Q${det.from} ${det.top} ${det.from - 22} ${det.top}H${det.to + 22}Q${det.to} ${det.top} ${det.to} ${det.top + 12.5}V${height - 7}`,
    );
    expect(arcPath(root, height)).toBe(`M${root.to} ${root.top}V${height - 7}`);
    expect(arrowPath(subject, height)).toBe(`M${subject.to} ${height}l-3.5 -7h7Z`);
  });

  it('has nothing to place without words', () => {
    expect(layoutArcs([], LABEL_HEIGHT)).toMatchObject({ width: 0, words: [], arcs: [] });
  });
});

describe('arcLevels', () => {
  it.each([
    ['one word', [0], [1]],
    ['neighbours side by side', [2, 0, 2], [1, 2, 1]],
    ['one arc over another', [3, 3, 0], [2, 1, 3]],
    ['a chain', [0, 1, 2], [2, 1, 1]],
    ['arcs that cross', [3, 4, 0, 3], [1, 2, 3, 1]],
  ])('of %s', (_, heads, levels) => {
    expect(arcLevels(heads)).toEqual(levels);
  });
});
