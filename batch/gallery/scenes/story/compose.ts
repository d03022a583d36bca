import type { Entity } from '../cast/index.ts';
import {
  type Box,
  type Dice,
  ellipse,
  faded,
  moved,
  rect,
  type Sketch,
  toneDefinitions,
  transformed,
  unionBox,
} from '../drawing/index.ts';
import { HEIGHT, PLACES, WIDTH } from '../places/index.ts';
import type { Part } from './event.ts';
import { LIVING } from './kinds.ts';
import { castOf, type Plan, type PlannedEvent } from './plan.ts';

/** A part where it stands in the image, in pixels. */
export interface PlacedPart {
  readonly entity: Entity | undefined;
  readonly svg: string;
  readonly box: Box;
  /** A person or an animal. */
  readonly living: boolean;
  /** It faces left. */
  readonly mirrored: boolean;
}

/** An image in layers, back to front. */
export interface Composition {
  readonly behind: string;
  readonly parts: readonly PlacedPart[];
  readonly front: string;
}

interface Group {
  readonly parts: readonly Part[];
  readonly box: Box;
  readonly afloat: boolean;
  readonly main: boolean;
}

const MARGIN = 8;
const MOST_HEIGHT = 186;
const LARGEST = 1.32;
/** Where places are held when they are enlarged. */
const GROUND = 200;
const VIGNETTE = rect(0, 0, WIDTH, HEIGHT, 0, 'url(#vignette)');

/**
 * Lays a plan's groups out side by side, at different depths, before its place. `look` chooses what twins share, `dice`
 * their small differences.
 */
export function compose(plan: Plan, look: Dice, dice: Dice): Composition {
  const groups = plan.events.map((planned, index) => group(planned, index === 0, dice));
  const row = look.some(groups, groups.length);
  const width = row.reduce((sum, { box }) => sum + box.right - box.left, 0);
  const height = Math.max(...row.map(({ box }) => box.bottom - box.top));
  const gap = 10;
  const fitted = (WIDTH - 2 * MARGIN - gap * (row.length - 1)) / width;
  const scale = Math.min(LARGEST, fitted, MOST_HEIGHT / height) * dice.between(0.93, 1);
  let spare = WIDTH - 2 * MARGIN - gap * (row.length - 1) - width * scale;
  let x = MARGIN;
  const placed = row.map((each, index) => {
    const room = spare * dice.between(0.15, index === row.length - 1 ? 0.85 : 0.6);
    spare -= room;
    x += room;
    const baseline = groundLine(each, plan, dice);
    const parts = each.parts.map((part) => place(part, x - each.box.left * scale, baseline, scale));
    x += (each.box.right - each.box.left) * scale + gap;
    return { baseline, parts };
  });
  const { behind, front } = PLACES[plan.place].paint(look, dice, plan.hour);
  const nearestLast = placed.toSorted((a, b) => a.baseline - b.baseline);
  return {
    behind: framed(behind, look),
    parts: nearestLast.flatMap(({ parts }) => parts),
    front: front + VIGNETTE,
  };
}

/** Where a group stands; companions a little further back, but at the lake all stand on the narrow shore. */
function groundLine({ afloat, main }: Group, plan: Plan, dice: Dice): number {
  if (afloat) return dice.between(184, 194);
  return main || plan.place === 'lake' ? dice.between(213, 224) : dice.between(196, 216);
}

/** A place seen from nearer or from the other side; what stands on the ground line stays there. */
function framed(behind: string, look: Dice): string {
  const zoom = look.between(1, 1.13);
  const [x, y] = [look.between(0.2, 0.8) * WIDTH, GROUND];
  const mirrored = look.chance(0.5);
  const left = mirrored ? x + (WIDTH - x) * zoom : x - x * zoom;
  return transformed(behind, [left, y - y * zoom], mirrored ? -zoom : zoom, zoom);
}

function group({ event, cast, mirrored }: PlannedEvent, main: boolean, dice: Dice): Group {
  const parts = event
    .arrange(castOf(cast), dice)
    .map((part) => ({ ...part, sketch: moved(part.sketch, { mirrored }) }));
  return {
    parts,
    box: unionBox(parts.map((part) => part.sketch.box)),
    afloat: event.where === 'afloat',
    main,
  };
}

function place(part: Part, x: number, y: number, scale: number): PlacedPart {
  const sketch = moved(part.sketch, { x, y, scale });
  return {
    entity: part.entity,
    svg: (part.grounded ? shadow(sketch) : '') + sketch.svg,
    box: sketch.box,
    living: part.entity !== undefined && LIVING.includes(part.entity.kind),
    mirrored: sketch.mirrored,
  };
}

function shadow({ box }: Sketch): string {
  const half = (box.right - box.left) / 2;
  return faded(
    ellipse(box.left + half, box.bottom - 0.5, half * 0.94, Math.min(7, 2 + half * 0.09), 'url(#shade)'),
    0.55,
  );
}

const LIGHTS =
  '<radialGradient id="glow"><stop offset="0" stop-color="#ffe9a0" stop-opacity="0.8"/><stop offset="1" stop-color="#ffe9a0" stop-opacity="0"/></radialGradient>' +
  '<radialGradient id="vignette" cx="0.5" cy="0.45" r="0.75"><stop offset="0.55" stop-color="#3a2450" stop-opacity="0"/><stop offset="1" stop-color="#3a2450" stop-opacity="0.17"/></radialGradient>' +
  '<radialGradient id="shade"><stop offset="0" stop-color="#2d2350" stop-opacity="0.75"/><stop offset="0.6" stop-color="#2d2350" stop-opacity="0.45"/><stop offset="1" stop-color="#2d2350" stop-opacity="0"/></radialGradient>';

/** An SVG document of 320 x 240 pixels from some of a composition's layers. */
export function document(layers: readonly string[]): string {
  const drawn = layers.join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><defs>${LIGHTS}${toneDefinitions(drawn)}</defs>${drawn}</svg>`;
}

/** The whole image. */
export function paint({ behind, parts, front }: Composition): string {
  return document([behind, ...parts.map((part) => part.svg), front]);
}
