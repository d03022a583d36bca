import type { Dimensions, Precision } from '../layouts.ts';
import { WORK_STRUCT } from '../work-fields.ts';
import { NUMBER_FUNCTIONS, NUMBERS } from './numbers.ts';

/** Region quads of a tile, and threads that share them: each has two. */
export const TILE_REGION_QUADS = 32;
const REGION_THREADS = 16;

/**
 * Word quads of a tile, and of each of its threads. A wide tile has 128 regions by 128 words with 8 x 8 sums in each of
 * 256 threads. A narrow one, for a single caption, has 128 by 16 with 8 x 4 sums in each of 64.
 */
export const TILES = {
  wide: { wordQuads: 32, perThread: 2 },
  narrow: { wordQuads: 4, perThread: 1 },
} as const;

export type TileWidth = keyof typeof TILES;

/** Threads of a tile's workgroup. */
function tileThreads(width: TileWidth): number {
  return (REGION_THREADS * TILES[width].wordQuads) / TILES[width].perThread;
}

/** Dimensions of a block that are staged in workgroup memory at once. */
const STEP = 16;

/** A workgroup computes several small blocks in turn, at least this many dimensions. */
const LEAST_DIMENSIONS = 64;

/** Blocks that a workgroup computes in turn. */
export function blocksAtOnce({ blocks, blockSize }: Dimensions): number {
  return Math.min(blocks, Math.ceil(LEAST_DIMENSIONS / blockSize));
}

/**
 * Block products `P^b[r, w] = <v_r^b, t_w^b>` of many images with many captions: `[L, R / 4 quads]` for each block of
 * each pair, at the pair's place in `scratch`. Rows of a tile are the region quads of consecutive images, columns the
 * word quads of consecutive captions, so a tile may reach over several pairs.
 *
 * A pair of 36 regions and 14 words (16 with padding) at D 1024 has 590,000 multiply-adds and 32 KiB of products. A wide
 * tile reads 64 KiB of nodes for a million multiply-adds at d 64: each image is read once for 8 captions, 18 KiB a pair.
 * A narrow one reads an image once: 144 KiB a pair, or 72 KiB in float16. Per dimension a thread has 64 multiply-adds
 * for 4 loads of workgroup memory (narrow: 32 for 3).
 */
export function productsShader(dimensions: Dimensions, precision: Precision, width: TileWidth): string {
  const { blocks: T, blockSize: d } = dimensions;
  const { type, loadNodes } = NUMBERS[precision];
  const { wordQuads, perThread } = TILES[width];
  const threads = tileThreads(width);
  const wordThreads = wordQuads / perThread;
  const step = Math.min(STEP, d);
  const regionParts = [0, 1];
  const wordParts = Array.from({ length: perThread }, (_, part) => part);
  const words = wordParts.flatMap((part) => [0, 1, 2, 3].map((word) => [part, word] as const));
  const each = (line: (i: number, part: number, word: number) => string) =>
    regionParts.flatMap((i) => words.map(([part, word]) => line(i, part, word))).join('\n      ');
  const stage = (side: 'region' | 'word', quads: number, load: string) => /* wgsl */ `
      for (var at = lane; at < ${step * quads}u; at += ${threads}u) {
        let k = at / ${quads}u;
        var quad = vec4f();
        if (${side}_found && first + k < ${d}u) {
          let cell = ${side}_cell + (block * ${d}u + first + k) * ${side}_stride;
          quad = ${load};
        }
        ${side}s[at] = quad;
      }`;
  return /* wgsl */ `
${WORK_STRUCT}
// Rows of the table of images and captions, the number of the first pair, the tile's row and column.
struct Tile { row: u32, rows: u32, caption: u32, captions: u32, pair: u32, x: u32, y: u32, unused: u32 }
// Where a quad of nodes is: the row of its image or caption, its number there, whether there is one.
struct Place { row: u32, quad: u32, found: bool }
@group(0) @binding(0) var<uniform> work: Work;
@group(0) @binding(1) var<storage, read> tiles: array<Tile>;
@group(0) @binding(2) var<storage, read> images: array<vec4u>;
@group(0) @binding(3) var<storage, read> image_cells: array<${type}>;
@group(0) @binding(4) var<storage, read> captions: array<vec4u>;
@group(0) @binding(5) var<storage, read> caption_cells: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> scratch: array<vec4f>;
var<workgroup> regions: array<vec4f, ${step * TILE_REGION_QUADS}>;
var<workgroup> words: array<vec4f, ${step * wordQuads}>;
${NUMBER_FUNCTIONS}
fn region_place(tile: Tile, at: u32) -> Place {
  let number = tile.x * ${TILE_REGION_QUADS}u + at;
  let row = number / work.region_quads;
  let quad = number % work.region_quads;
  if (row >= tile.rows) { return Place(0, 0, false); }
  return Place(tile.row + row, quad, 4 * quad < images[tile.row + row].z);
}
fn word_place(tile: Tile, at: u32) -> Place {
  let number = tile.y * ${wordQuads}u + at;
  let row = number / work.word_quads;
  let quad = number % work.word_quads;
  if (row >= tile.captions) { return Place(0, 0, false); }
  return Place(tile.caption + row, quad, 4 * quad < captions[tile.caption + row].z);
}

@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = tiles[work.tile + workgroup.x];
  let x = lane % ${REGION_THREADS}u;
  let y = lane / ${REGION_THREADS}u;
  // What this thread stages: one quad of each side, in every ${threads / TILE_REGION_QUADS}th or ${threads / wordQuads}th dimension.
  let region = region_place(tile, lane % ${TILE_REGION_QUADS}u);
  let region_found = region.found;
  let region_cell = images[region.row].x + region.quad;
  let region_stride = (images[region.row].z + 3) / 4;
  let word = word_place(tile, lane % ${wordQuads}u);
  let word_found = word.found;
  let word_cell = captions[word.row].x + word.quad;
  let word_stride = (captions[word.row].z + 3) / 4;
  let end = min(${T}u, (workgroup.y + 1) * ${blocksAtOnce(dimensions)}u);
  for (var block = workgroup.y * ${blocksAtOnce(dimensions)}u; block < end; block++) {
    ${each((i, part, w) => `var p${i}${part}${w} = vec4f();`)}
    for (var first = 0u; first < ${d}u; first += ${step}u) {
      workgroupBarrier();${stage('region', TILE_REGION_QUADS, loadNodes('image_cells', 'cell'))}${stage('word', wordQuads, 'caption_cells[cell]')}
      workgroupBarrier();
      for (var k = 0u; k < ${step}u; k++) {
        ${regionParts.map((i) => `let v${i} = regions[k * ${TILE_REGION_QUADS}u + x + ${i * REGION_THREADS}u];`).join('\n        ')}
        ${wordParts.map((part) => `let t${part} = words[k * ${wordQuads}u + y + ${part * wordThreads}u];`).join('\n        ')}
        ${each((i, part, w) => `p${i}${part}${w} += v${i} * t${part}[${w}];`)}
      }
    }
    ${regionParts
      .map(
        (i) => /* wgsl */ `{
      let at = region_place(tile, x + ${i * REGION_THREADS}u);
      if (at.found) {
        let region_quads = (images[at.row].z + 3) / 4;
        ${wordParts
          .map(
            (part) => /* wgsl */ `{
          let to = word_place(tile, y + ${part * wordThreads}u);
          if (to.found) {
            let L = captions[to.row].z;
            let pair = tile.pair + (at.row - tile.row) * tile.captions + to.row - tile.caption;
            let product = pair * work.scratch + (block * L + 4 * to.quad) * region_quads + at.quad;
            ${[0, 1, 2, 3].map((w) => `if (4 * to.quad + ${w} < L) { scratch[product + ${w} * region_quads] = p${i}${part}${w}; }`).join('\n            ')}
          }
        }`,
          )
          .join('\n        ')}
      }
    }`,
      )
      .join('\n    ')}
  }
}
`;
}
