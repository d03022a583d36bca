import { describe, expect, it } from 'vitest';
import type { Contact } from './contacts.ts';
import { groupSegments } from './group-segments.ts';
import type { Segment, SegmentMap } from './segment-map.ts';

/** Columns of an image of height 10, each a segment, in greys of a palette of two. */
function columns(shades: readonly number[], strengths: readonly number[]): SegmentMap {
  const segments = shades.map(
    (shade, column): Segment => ({
      area: 100,
      bounds: { left: 10 * column, top: 0, right: 10 * column + 10, bottom: 10 },
      border: 20,
      colours: Float32Array.of(shade, 1 - shade),
      mean: [shade, 0, 0],
    }),
  );
  const contacts = strengths.map(
    (strength, first): Contact => ({ first, second: first + 1, length: 10, strength: 10 * strength }),
  );
  return { width: 10 * shades.length, height: 10, segments, contacts };
}

const members = (segmentMap: SegmentMap, weights: Parameters<typeof groupSegments>[1], taking?: number[]) =>
  groupSegments(segmentMap, weights, new Set(taking ?? segmentMap.segments.keys())).map((group) =>
    group.members.toSorted((one, two) => one - two).join(),
  );

describe('groupSegments', () => {
  const segmentMap = columns([1, 1, 0, 0.1], [0.9, 0.9, 0.1]);

  it('joins segments with common colours first, then all', () => {
    const byColour = { colour: 1, size: 0, fill: 0, edge: 0 };
    expect(members(segmentMap, byColour)).toEqual(['0', '1', '2', '3', '0,1', '2,3', '0,1,2,3']);
  });

  it('joins over the weakest edge first', () => {
    const byEdge = { colour: 0, size: 0, fill: 0, edge: 1 };
    expect(members(segmentMap, byEdge)).toEqual(['0', '1', '2', '3', '2,3', '0,1', '0,1,2,3']);
  });

  it('uses only the given segments, and joins only those that touch', () => {
    expect(members(segmentMap, { colour: 1, size: 1, fill: 1, edge: 0 }, [0, 2, 3])).toEqual([
      '0',
      '2',
      '3',
      '2,3',
    ]);
  });

  it('adds up areas and boxes', () => {
    const all = groupSegments(segmentMap, { colour: 1, size: 1, fill: 1, edge: 1 }, new Set([0, 1, 2, 3])).at(
      -1,
    );
    expect(all).toMatchObject({ area: 400, outline: 80, bounds: { left: 0, top: 0, right: 40, bottom: 10 } });
  });
});
