import { element, type MatchOptions } from './match-options.ts';
import { NUMBERS } from './numbers.ts';

/**
 * Block products `P^b[r, w] = <v_r^b, t_w^b>` as `products [T, L, R / 4 quads]`: an invocation computes four regions by
 * four words of one block at a time; neighbours in a workgroup read the same nodes.
 */
export function productsStage(options: MatchOptions): string {
  const { blocks: T, blockSize: d } = options.dimensions;
  const { loadNodes } = NUMBERS[options.precision];
  const store = [0, 1, 2, 3].map(
    (word) => `
    if (4 * word_quad + ${word} < L) {
      let at = (block * L + 4 * word_quad + ${word}) * region_lanes + 4 * region_quad;
      ${[0, 1, 2, 3].map((r) => `${element(options, 'products', `at + ${r}`)} = p${word}[${r}];`).join(' ')}
    }`,
  );
  return /* wgsl */ `
  for (var tile = lane; tile < ${T}u * region_quads * word_quads; tile += ${options.invocations}u) {
    let word_quad = tile % word_quads;
    let region_quad = (tile / word_quads) % region_quads;
    let block = tile / (word_quads * region_quads);
    var v = image_base + block * ${d}u * region_quads + region_quad;
    var t = caption_base + block * ${d}u * word_quads + word_quad;
    var p0 = vec4f();
    var p1 = vec4f();
    var p2 = vec4f();
    var p3 = vec4f();
    for (var k = 0u; k < ${d}u; k++) {
      let regions = ${loadNodes('image_cells', 'v')};
      let words = caption_cells[t];
      p0 += regions * words.x;
      p1 += regions * words.y;
      p2 += regions * words.z;
      p3 += regions * words.w;
      v += region_quads;
      t += word_quads;
    }${store.join('')}
  }`;
}
