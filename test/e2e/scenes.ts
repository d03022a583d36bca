import type { EvidenceAnswer } from '../../shared/schema/index.ts';

type Box = EvidenceAnswer['words'][number]['regions'][number]['box'];

/** Things in a scene, and their boxes: x1 y1 x2 y2 as fractions of its width and height. */
export type Thing = 'sun' | 'house' | 'tree' | 'ball';

export interface Scene {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly caption: string;
  readonly boxes: Readonly<Record<Thing, Box>>;
}

export const SCENE_COUNT = 26;

/** Landscape, square and portrait formats, as in photographs. */
const SIZES = [
  [900, 600],
  [600, 800],
  [800, 800],
  [960, 540],
  [640, 960],
  [1000, 750],
] as const;
const SKIES = ['#dfe9ee', '#f6e3cf', '#d9e3f3', '#f3dcd8', '#e4ead9', '#2c3550'];
const FIELDS = ['#8fa876', '#c2a36b', '#6f9a8d', '#a98a76', '#7d9a5e', '#3d5a52'];
const CAPTIONS = [
  'A ball lies before a red house under the morning sun',
  'The sun stands above a tree beside a house',
  'A house with a tree, and a ball on the grass between them, long forgotten by the children who played there',
  'A small tree grows next to the house',
];

const pick = <T>(list: readonly T[], id: number): T => list[id % list.length] as T;

/** Always the same scene for the same number. */
export function scene(id: number): Scene {
  const [width, height] = pick(SIZES, id);
  // Positions depend on the number, so that no two scenes have the same boxes.
  const wander = (step: number): number => ((id * step) % 7) / 7;
  const square = (x: number, y: number, size: number): Box => [x, y, x + size / width, y + size / height];
  const unit = Math.min(width, height);
  return {
    id,
    width,
    height,
    caption: pick(CAPTIONS, id),
    boxes: {
      sun: square(0.08 + 0.6 * wander(3), 0.07, 0.2 * unit),
      house: square(0.1 + 0.12 * wander(2), 0.42, 0.36 * unit),
      tree: square(0.56 + 0.08 * wander(5), 0.38, 0.3 * unit),
      ball: square(0.42 + 0.1 * wander(4), 0.84, 0.1 * unit),
    },
  };
}

/** A flat drawing of the scene. Colours are attributes, so that no policy against inline styles affects them. */
export function drawing(id: number): string {
  const { width, height, boxes } = scene(id);
  const place = ([x1, y1, x2, y2]: Box) => ({
    x: x1 * width,
    y: y1 * height,
    size: (x2 - x1) * width,
    right: x2 * width,
    bottom: y2 * height,
  });
  const sun = place(boxes.sun);
  const house = place(boxes.house);
  const tree = place(boxes.tree);
  const ball = place(boxes.ball);
  const disc = ({ x, y, size }: { x: number; y: number; size: number }, colour: string) =>
    `<circle cx="${x + size / 2}" cy="${y + size / 2}" r="${size / 2}" fill="${colour}"/>`;
  const roof = house.y + house.size * 0.4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" fill="${pick(SKIES, id)}"/>
<path d="M0 ${height * 0.72} Q${width * 0.3} ${height * 0.55} ${width * 0.62} ${height * 0.68} T${width} ${height * 0.6} V${height} H0Z" fill="${pick(FIELDS, id)}"/>
${disc(sun, '#f2b63c')}
<path d="M${house.x} ${roof} L${house.x + house.size / 2} ${house.y} L${house.right} ${roof}Z" fill="#5b3a33"/>
<rect x="${house.x + house.size * 0.1}" y="${roof}" width="${house.size * 0.8}" height="${house.bottom - roof}" fill="#b5523b"/>
<rect x="${house.x + house.size * 0.42}" y="${roof + house.size * 0.25}" width="${house.size * 0.18}" height="${house.bottom - roof - house.size * 0.25}" fill="#f4e9da"/>
<rect x="${tree.x + tree.size * 0.44}" y="${tree.y + tree.size / 2}" width="${tree.size * 0.12}" height="${tree.size / 2}" fill="#5a4632"/>
${disc({ x: tree.x + tree.size * 0.12, y: tree.y, size: tree.size * 0.76 }, '#3f6b4a')}
${disc(ball, '#f7f3ea')}
</svg>`;
}
