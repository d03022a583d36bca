import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { extractRegions, REGION_COUNT } from './extract-regions.ts';
import { FEATURE_COUNT } from './features/describe-region.ts';

const [WIDTH, HEIGHT] = [320, 240];
const COLOURS = [
  '#d02828',
  '#e8842a',
  '#f2d028',
  '#2f62c9',
  '#7a3fa8',
  '#f08bb5',
  '#7a4a26',
  '#222',
  '#f4f4f4',
];
const GROUNDS = [
  ['#9fd0f5', '#e8f4fb', '#6fb04a', '#4f8a36'],
  ['#f2dfc0', '#e8cfa5', '#b07a4a', '#8c5c34'],
  ['#2b3350', '#4b5680', '#3c4a3a', '#2a3528'],
] as const;

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A thing of several parts with its box: a person in shirt and trousers, an animal with legs, a ball, a house. */
function thing(
  kind: number,
  x: number,
  base: number,
  size: number,
  colours: readonly string[],
): [string, Box] {
  const [one = '', two = ''] = colours;
  const rect = (left: number, top: number, width: number, height: number, fill: string): string =>
    `<rect x="${x + left * size}" y="${base + top * size}" width="${width * size}" height="${height * size}" fill="${fill}"/>`;
  const box = (left: number, top: number, right: number): Box => [
    x + left * size,
    base + top * size,
    x + right * size,
    base,
  ];
  const circle = (left: number, top: number, radius: number, fill: string): string =>
    `<circle cx="${x + left * size}" cy="${base + top * size}" r="${radius * size}" fill="${fill}"/>`;
  if (kind === 0) {
    const head = circle(0, -90, 10, '#e8b48c');
    const arms = rect(-20, -76, 7, 30, '#e8b48c') + rect(13, -76, 7, 30, '#e8b48c');
    const legs = rect(-12, -46, 11, 46, two) + rect(1, -46, 11, 46, two);
    return [legs + head + arms + rect(-13, -80, 26, 36, one), box(-20, -100, 20)];
  }
  if (kind === 1) {
    const legs = rect(-24, -22, 7, 22, one) + rect(17, -22, 7, 22, one);
    return [legs + circle(30, -34, 10, one) + rect(-28, -36, 56, 20, one), box(-28, -44, 40)];
  }
  if (kind === 2) return [circle(0, -16, 16, one), box(-16, -32, 16)];
  const roof = `<path d="M${x - 34 * size} ${base - 40 * size}L${x} ${base - 66 * size}L${x + 34 * size} ${base - 40 * size}z" fill="${two}"/>`;
  return [rect(-30, -40, 60, 40, one) + rect(-6, -22, 12, 22, '#4a3018') + roof, box(-34, -66, 34)];
}

/** A scene of one to three things on a ground with soft gradients, and the box of each thing. */
function scene(seed: number): { svg: string; boxes: Box[] } {
  const random = seededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const ground = GROUNDS[below(GROUNDS.length)] ?? GROUNDS[0];
  const stops = (from: string, to: string): string =>
    `<stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
  const things = [60, 165, 265].slice(0, 1 + below(3)).map((x) => {
    const colour = below(COLOURS.length);
    const other = COLOURS[(colour + 1 + below(COLOURS.length - 1)) % COLOURS.length] ?? '';
    return thing(below(4), x, 150 + below(80), 0.8 + random() * 0.4, [COLOURS[colour] ?? '', other]);
  });
  const gradient = (id: string): string => `<linearGradient id="${id}" x2="0" y2="1">`;
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${gradient('a')}${stops(ground[0], ground[1])}${gradient('b')}${stops(ground[2], ground[3])}<rect width="320" height="140" fill="url(#a)"/><rect y="140" width="320" height="100" fill="url(#b)"/>${things.map(([svg]) => svg).join('')}</svg>`,
    boxes: things.map(([, box]) => box),
  };
}

async function render(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
}

/** Intersection over union. */
function overlap(one: Box, two: ArrayLike<number>): number {
  const area = (box: ArrayLike<number>): number =>
    Math.max(0, (box[2] ?? 0) - (box[0] ?? 0)) * Math.max(0, (box[3] ?? 0) - (box[1] ?? 0));
  const common = area([
    Math.max(one[0], two[0] ?? 0),
    Math.max(one[1], two[1] ?? 0),
    Math.min(one[2], two[2] ?? 0),
    Math.min(one[3], two[3] ?? 0),
  ]);
  return common / (area(one) + area(two) - common);
}

/** The region with the best fitting box, its overlap and its features. */
function nearest(regions: ReturnType<typeof extractRegions>, box: Box): { iou: number; features: number[] } {
  const found = Array.from({ length: REGION_COUNT }, (_, region) => ({
    iou: overlap(box, regions.boxes.subarray(4 * region, 4 * region + 4)),
    features: [...regions.features.subarray(region * FEATURE_COUNT, (region + 1) * FEATURE_COUNT)],
  }));
  return found.reduce((best, next) => (next.iou > best.iou ? next : best));
}

function cosine(one: readonly number[], two: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return dot(one, two) / Math.sqrt(dot(one, one) * dot(two, two));
}

/** One thing on a plain ground. */
async function alone(kind: number, x: number, base: number, colours: readonly string[]) {
  const [svg, box] = thing(kind, x, base, 1, colours);
  const image = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="#cfe3ee"/>${svg}</svg>`;
  return nearest(extractRegions(await render(image), WIDTH, HEIGHT), box);
}

describe('extractRegions', () => {
  it('finds at least 17 of 20 things, with one or several parts', async () => {
    const found: boolean[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const { svg, boxes } = scene(seed);
      const regions = extractRegions(await render(svg), WIDTH, HEIGHT);
      for (const box of boxes) found.push(nearest(regions, box).iou >= 0.5);
    }
    const recall = found.filter(Boolean).length / found.length;
    expect(recall, `${found.length} things`).toBeGreaterThanOrEqual(0.85);
  });

  it.each([
    [320, 240],
    [1, 1],
    [7, 300],
    [333, 41],
  ])('returns all regions, inside the image, for any image: %i x %i', (width, height) => {
    const random = seededRandom(width);
    const rgb = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(256 * random()));
    const { boxes, features } = extractRegions(rgb, width, height);
    expect([boxes.length, features.length]).toEqual([REGION_COUNT * 4, REGION_COUNT * FEATURE_COUNT]);
    for (let region = 0; region < REGION_COUNT; region++) {
      const [left = -1, top = -1, right = -1, bottom = -1] = boxes.subarray(4 * region, 4 * region + 4);
      expect(left >= 0 && top >= 0 && left < right && top < bottom).toBe(true);
      expect(right <= width && bottom <= height).toBe(true);
    }
  });

  it('gives equal bytes for equal pixels', async () => {
    const rgb = await render(scene(3).svg);
    expect(extractRegions(rgb, WIDTH, HEIGHT)).toEqual(extractRegions(rgb.slice(), WIDTH, HEIGHT));
  });

  it('describes a thing in the same way wherever it is', async () => {
    const here = await alone(0, 80, 140, ['#d02828', '#2f62c9']);
    const there = await alone(0, 220, 200, ['#d02828', '#2f62c9']);
    expect(Math.min(here.iou, there.iou)).toBeGreaterThan(0.8);
    expect(cosine(here.features, there.features)).toBeGreaterThan(0.97);
  });

  it('distinguishes colours, colours of parts, and kinds of things', async () => {
    const one = await alone(0, 80, 140, ['#d02828', '#2f62c9']);
    const likenesses = {
      swapped: await alone(0, 80, 140, ['#2f62c9', '#d02828']),
      recoloured: await alone(0, 80, 140, ['#f2d028', '#222222']),
      animal: await alone(1, 80, 140, ['#d02828', '#2f62c9']),
    };
    const moved = cosine(one.features, (await alone(0, 220, 200, ['#d02828', '#2f62c9'])).features);
    for (const [name, other] of Object.entries(likenesses))
      expect(cosine(one.features, other.features), name).toBeLessThan(moved - 0.01);
  });
});
