import type { Dimensions } from '../layouts.ts';

/**
 * Weights of the image graph's edges from the centres of boxes (`shared/vision/image-kernels.ts` has the formula), one workgroup for each
 * image: gates `[K, R / 4 quads]` or weights `[K, j: R, i: R / 4 quads]`, 0 beyond R. An image of 36 regions with 8 kernels has 10,368
 * exponentials. Distances and directions are float32 numbers in all engines, and exponents here, too.
 */
export function edgesShader({ kernels: K, neighbours }: Dimensions, invocations: number): string {
  return /* wgsl */ `
// Of an image: the first of its centres, the first quad of its edges, R.
@group(0) @binding(0) var<storage, read> images: array<vec4u>;
@group(0) @binding(1) var<storage, read> centres: array<vec2f>;
// Of a kernel: mean distance, mean direction, 1 / 2 σ² of both.
@group(0) @binding(2) var<storage, read> kernels: array<vec4f, ${K}>;
@group(0) @binding(3) var<storage, read_write> layouts: array<f32>;

/** The direction atan2(y, x) within 3e-7: that of WGSL may be wrong by 4096 units in the last place. */
fn direction(y: f32, x: f32) -> f32 {
  let longer = max(abs(x), abs(y));
  if (longer == 0) { return 0; }
  let ratio = min(abs(x), abs(y)) / longer;
  let beyond = ratio > 0.41421356;
  let t = select(ratio, (ratio - 1) / (ratio + 1), beyond);
  let z = t * t;
  var angle = (((8.05374449538e-2 * z - 1.38776856032e-1) * z + 1.99777106478e-1) * z - 3.33329491539e-1) * z * t + t;
  angle += select(0f, 0.78539816, beyond);
  if (abs(y) > abs(x)) { angle = 1.57079633 - angle; }
  if (x < 0) { angle = 3.14159265 - angle; }
  return select(angle, -angle, y < 0);
}

/** Weights of the edge from the first centre to the second, which sum to 1. */
fn weigh(first: vec2f, second: vec2f) -> array<f32, ${K}> {
  let offset = first - second;
  let rho = sqrt(dot(offset, offset));
  let theta = direction(offset.x, offset.y);
  var weights: array<f32, ${K}>;
  var smallest = 3e38f;
  for (var k = 0u; k < ${K}u; k++) {
    let kernel = kernels[k];
    let distance = rho - kernel.x;
    let turn = abs(theta - kernel.y);
    let angle = min(turn, abs(6.28318531 - turn));
    weights[k] = min(distance * distance * kernel.z + angle * angle * kernel.w, 3e38);
    smallest = min(smallest, weights[k]);
  }
  var sum = 0f;
  for (var k = 0u; k < ${K}u; k++) {
    weights[k] = exp(smallest - weights[k]);
    sum += weights[k];
  }
  for (var k = 0u; k < ${K}u; k++) { weights[k] /= sum; }
  return weights;
}

@compute @workgroup_size(${invocations})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let image = images[workgroup.x];
  let R = image.z;
  let lanes = (R + 3) / 4 * 4;
  let first = 4 * image.y;
  ${
    neighbours
      ? /* wgsl */ `for (var n = lane; n < R * lanes; n += ${invocations}u) {
    let i = n % lanes;
    let j = n / lanes;
    var weights: array<f32, ${K}>;
    if (i < R) { weights = weigh(centres[image.x + i], centres[image.x + j]); }
    for (var k = 0u; k < ${K}u; k++) { layouts[first + (k * R + j) * lanes + i] = weights[k]; }
  }`
      : /* wgsl */ `for (var i = lane; i < lanes; i += ${invocations}u) {
    var gates: array<f32, ${K}>;
    for (var j = 0u; i < R && j < R; j++) {
      let weights = weigh(centres[image.x + i], centres[image.x + j]);
      for (var k = 0u; k < ${K}u; k++) { gates[k] += weights[k]; }
    }
    for (var k = 0u; k < ${K}u; k++) { layouts[first + k * lanes + i] = gates[k]; }
  }`
  }
}
`;
}
