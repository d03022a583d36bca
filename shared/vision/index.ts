export { boxCentres, normalizeBoxes } from './boxes.ts';
export {
  type ImageKernels,
  imageGates,
  imageKernelWeights,
  VARIANCE_EPSILON,
} from './image-kernels.ts';
export { polarOffsets } from './polar-offsets.ts';
