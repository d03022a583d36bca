import { describe, expect, it } from 'vitest';
import { rankHistogram, recallCurve } from './rank-charts.ts';

const RANKS = { imageToText: [1, 1, 2, 7], textToImage: [1, 30, 30, 60, 60, 60, 60, 60, 60, 60] };

/** The description of the chart for screen readers. */
function said(svg: string): string {
  return /aria-label="([^"]*)"/.exec(svg)?.[1] ?? '';
}

describe('recallCurve', () => {
  it('describes and draws recall@K', () => {
    const svg = recallCurve(RANKS);
    expect(said(svg)).toBe(
      'Recall at K. image to text: R@1 50.0, R@5 75.0, R@10 100.0; text to image: R@1 10.0, R@5 10.0, R@10 10.0.',
    );
    // The frame is 206 pixels high and ends at 220; dots of R@1 are at its left.
    expect(svg).toContain('<circle class="image-to-text" cx="56" cy="117" r="3.5"/>');
    expect(svg).toContain('<circle class="text-to-image" cx="56" cy="199.4" r="3.5"/>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('rankHistogram', () => {
  it('describes and draws the shares, each query once', () => {
    const svg = rankHistogram(RANKS);
    expect(said(svg)).toMatch(
      /1: 50\.0 and 10\.0; 2–5: 25\.0 and 0\.0; 6–10: 25\.0 and 0\.0; 11–50: 0\.0 and 20\.0; 51–60: 0\.0 and 70\.0\.$/,
    );
    expect(svg.match(/<rect /g)).toHaveLength(10);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has one bar if everything is found first', () => {
    expect(said(rankHistogram({ imageToText: [1], textToImage: [1, 1] }))).toMatch(/1: 100\.0 and 100\.0\.$/);
  });
});
