import type { Dimensions, Precision } from '../layouts.ts';
import { NUMBER_FUNCTIONS, NUMBERS } from './numbers.ts';

/**
 * Makes records (`../layouts.ts`) from nodes `[n, D]`, with one workgroup for each record. Gram matrices are those of the
 * stored nodes, so that float16 compares an image with rounded nodes exactly.
 */
export function prepareShader(
  { jointSize: D, blocks: T, blockQuads, blockSize: d }: Dimensions,
  precision: Precision,
  invocations: number,
): string {
  const { type, storeNodes, storeGram, rounded } = NUMBERS[precision];
  return /* wgsl */ `
// For a record: its first number among those given, its first cell, n.
@group(0) @binding(0) var<storage, read> records: array<vec4u>;
@group(0) @binding(1) var<storage, read> given: array<f32>;
@group(0) @binding(2) var<storage, read_write> cells: array<${type}>;
${NUMBER_FUNCTIONS}
@compute @workgroup_size(${invocations})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let record = records[workgroup.x];
  let n = record.z;
  let node_quads = (n + 3) / 4;
  for (var at = lane; at < ${D}u * node_quads; at += ${invocations}u) {
    let first = at % node_quads * 4;
    let dimension = at / node_quads;
    var vector = vec4f();
    for (var j = 0u; j < 4 && first + j < n; j++) {
      vector[j] = given[record.x + (first + j) * ${D}u + dimension];
    }
    ${storeNodes('cells', 'record.y + at', 'vector')}
  }
  let gram = record.y + ${D}u * node_quads;
  for (var at = lane; at < n * n * ${blockQuads}u; at += ${invocations}u) {
    let block_quad = at % ${blockQuads}u;
    let r = at / ${blockQuads}u / n;
    let s = at / ${blockQuads}u % n;
    if (s > r) { continue; }
    var vector = vec4f();
    for (var j = 0u; j < 4 && 4 * block_quad + j < ${T}u; j++) {
      let block = (4 * block_quad + j) * ${d}u;
      let x = record.x + r * ${D}u + block;
      let y = record.x + s * ${D}u + block;
      var sum = 0f;
      for (var k = 0u; k < ${d}u; k++) { sum += ${rounded('given[x + k]')} * ${rounded('given[y + k]')}; }
      vector[j] = sum;
    }
    ${storeGram('cells', 'gram', `(r * (r + 1) / 2 + s) * ${blockQuads}u + block_quad`, 'vector')}
  }
}
`;
}
