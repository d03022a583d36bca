import { WORK_STRUCT } from '../work-fields.ts';
import { attentionStage } from './attention.ts';
import { matchingStage } from './context-norms.ts';
import { barrier, type MatchOptions } from './match-options.ts';
import { NUMBER_FUNCTIONS, NUMBERS } from './numbers.ts';
import { evidenceStage, scoresStage } from './outputs.ts';
import { HYPERBOLIC_TANGENT, structureStage } from './structure.ts';

/**
 * Sums and maxima over the invocations that share a row. Subgroups have any size; the driver decides which invocations
 * belong to one.
 */
function groupFunctions({ lanes, invocations }: MatchOptions): string {
  if (lanes === 1) {
    return /* wgsl */ `
fn group_sum(x: vec4f) -> vec4f { return x; }
fn group_max(x: vec4f) -> vec4f { return x; }
const groups = ${invocations}u;
`;
  }
  return /* wgsl */ `
fn group_sum(x: vec4f) -> vec4f { return subgroupAdd(x); }
fn group_max(x: vec4f) -> vec4f { return subgroupMax(x); }
const groups = ${invocations / lanes}u;
var<workgroup> taken: atomic<u32>;
`;
}

function groupOfInvocation({ lanes }: MatchOptions): string {
  if (lanes === 1) {
    return /* wgsl */ `
  let group = lane;
  let within = 0u;`;
  }
  return /* wgsl */ `
  var ticket = 0u;
  if (lane == 0) { atomicStore(&taken, 0u); }
  workgroupBarrier();
  if (subgroupElect()) { ticket = atomicAdd(&taken, 1u); }
  let group = subgroupBroadcastFirst(ticket);`;
}

/**
 * The comparison of a pair by one workgroup from its block products (`products.ts`), stage by stage (docs/network.md). At
 * R 36, L 14, D 1024, T 16, H 32 with `self` it has 290,000 multiply-adds, 149,000 of them in the norms of the words'
 * contexts. It reads 32 KiB of products twice, and 42 KiB of the image's and 7 KiB of the caption's Gram matrices, which
 * consecutive pairs share; it uses 23 KiB of workgroup memory. After a barrier all invocations see what the stages wrote. Loops with barriers or subgroup operations run equally often in every invocation. Workgroup memory need not be zero
 * at the start.
 */
export function matchShader(options: MatchOptions): string {
  const { dimensions, precision, arena, spilled, lanes } = options;
  const stages = [
    attentionStage(options),
    matchingStage(options),
    structureStage(options),
    scoresStage(options),
    evidenceStage(options),
  ];
  return /* wgsl */ `${lanes > 1 ? 'enable subgroups;\n' : ''}
${WORK_STRUCT}
@group(0) @binding(0) var<uniform> work: Work;
@group(0) @binding(1) var<storage, read> network: array<f32>;
// Of an image: the first of its cells, the first of its edges, R; how many captions after those of the work its are.
@group(0) @binding(2) var<storage, read> images: array<vec4u>;
@group(0) @binding(3) var<storage, read> image_cells: array<${NUMBERS[precision].type}>;
@group(0) @binding(4) var<storage, read> layouts: array<vec4f>;
// Of a caption: the first of its cells, the first of its edges' cells, L.
@group(0) @binding(5) var<storage, read> captions: array<vec4u>;
@group(0) @binding(6) var<storage, read> caption_cells: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> scores: array<f32>;
// Of a pair: its block products, then what is spilled.
@group(0) @binding(8) var<storage, ${spilled > 0 ? 'read_write' : 'read'}> scratch: array<vec4f>;
var<workgroup> arena: array<vec4f, ${arena}>;
${NUMBER_FUNCTIONS}${HYPERBOLIC_TANGENT}${groupFunctions(options)}
@compute @workgroup_size(${options.invocations})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,${lanes > 1 ? '\n  @builtin(subgroup_invocation_id) within: u32,' : ''}
) {
  let pair = workgroup.y * workgroups.x + workgroup.x;
  if (pair >= work.count) { return; }
  let slot = pair * work.scratch;${groupOfInvocation(options)}
  let image = images[(work.first + pair) / work.captions];
  let caption = captions[work.caption + image.w + (work.first + pair) % work.captions];
  let image_base = image.x;
  let layout_base = image.y;
  let R = image.z;
  let caption_base = caption.x;
  let caption_edges = caption.y;
  let L = caption.z;
  let region_quads = (R + 3) / 4;
  let word_quads = (L + 3) / 4;
  let node_quads = region_quads + word_quads;
  let image_gram = image_base + ${dimensions.jointSize}u * region_quads;
  let caption_gram = caption_base + ${dimensions.jointSize}u * word_quads;
${stages.join(`\n  ${barrier(options)}`)}
}
`;
}
