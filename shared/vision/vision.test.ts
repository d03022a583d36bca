import { describe, expect, it } from 'vitest';
import { randomBoxes, seededRandom } from '../../test/support/random.ts';
import { boxCentres, imageGates, imageKernelWeights, normalizeBoxes, polarOffsets } from './index.ts';

const kernels = {
  meanRho: Float32Array.of(0, 0.5),
  meanTheta: Float32Array.of(0, 3),
  sigmaRho: Float32Array.of(0.3, 0.2),
  sigmaTheta: Float32Array.of(1, 0.5),
};

describe('boxes', () => {
  it('become fractions of width and height without touching the input', () => {
    const pixels = Float32Array.of(10, 20, 100, 50);
    expect([...normalizeBoxes(pixels, 200, 100)]).toEqual(
      [0.05, 0.2, 0.5, 0.5].map((value) => Math.fround(value)),
    );
    expect([...pixels]).toEqual([10, 20, 100, 50]);
  });

  it('refuse an image without extent and half boxes', () => {
    expect(() => normalizeBoxes([0, 0, 1, 1], 0, 10)).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
    expect(() => boxCentres([0, 0, 1])).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
  });
});

describe('polar offsets', () => {
  it('point from j to i, with 0 towards +y', () => {
    // Centres (0.25, 0.25) and (0.25, 0.75).
    const { rho, theta } = polarOffsets([0, 0, 0.5, 0.5, 0, 0.5, 0.5, 1]);
    expect([...rho]).toEqual([0, 0.5, 0.5, 0]);
    expect([...theta]).toEqual([0, Math.fround(Math.PI), 0, 0]);
  });

  it('are what atan2 says of either direction, also straight up, down and aside', () => {
    const boxes = [...randomBoxes(seededRandom(5), 9), 0, 0, 1, 1, 0, 0.5, 1, 1, 0.5, 0, 1, 1, 0, 0, 1, 1];
    const centres = boxCentres(boxes);
    const { rho, theta } = polarOffsets(boxes);
    for (const [edge, direction] of theta.entries()) {
      const [i, j] = [Math.floor(edge / 13), edge % 13];
      const [dx, dy] = [0, 1].map((axis) =>
        Math.fround((centres[2 * i + axis] ?? NaN) - (centres[2 * j + axis] ?? NaN)),
      );
      expect(direction).toBe(Math.fround(Math.atan2(dx ?? NaN, dy ?? NaN)));
      expect(rho[edge]).toBe(Math.fround(Math.hypot(dx ?? NaN, dy ?? NaN)));
    }
  });

  it('are zero between boxes of one centre', () => {
    const { rho, theta } = polarOffsets([0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.5, 0.5]);
    expect([...rho, ...theta]).toEqual(Array.from({ length: 8 }, () => 0));
  });
});

describe('image kernels', () => {
  it('weigh an edge by the published formula', () => {
    const weights = imageKernelWeights([0, 0, 0.5, 0.5, 0, 0.5, 0.5, 1], kernels);
    const density = (rho: number, theta: number, k: number) => {
      const turn = Math.abs(theta - (kernels.meanTheta[k] ?? 0));
      const angle = Math.min(turn, Math.abs(2 * Math.PI - turn));
      const gauss = (x: number, sigma = 1) => Math.exp((-0.5 * x * x) / (1e-14 + sigma * sigma));
      return (
        gauss(rho - (kernels.meanRho[k] ?? 0), kernels.sigmaRho[k]) * gauss(angle, kernels.sigmaTheta[k])
      );
    };
    const [first, second] = [density(0.5, Math.PI, 0), density(0.5, Math.PI, 1)];
    expect(weights[2]).toBeCloseTo(first / (first + second), 6);
    expect(weights[3]).toBeCloseTo(second / (first + second), 6);
  });

  it('sum to 1 over the kernels and stay numbers when every kernel is far or has no width', () => {
    const narrow = {
      ...kernels,
      sigmaRho: Float32Array.of(0, 1e-4),
      sigmaTheta: Float32Array.of(1e-4, 1e-4),
    };
    const weights = imageKernelWeights([0, 0, 0.1, 0.1, 0.3, 0.3, 0.9, 0.5], narrow);
    for (let edge = 0; edge < 4; edge++) {
      expect((weights[2 * edge] ?? NaN) + (weights[2 * edge + 1] ?? NaN)).toBeCloseTo(1, 6);
    }
  });

  it('are those of plain exponentials, whatever the widths', () => {
    const random = seededRandom(7);
    const some = (scale: number, shift = 0) =>
      Float32Array.from({ length: 8 }, () => scale * random() + shift);
    for (const width of [0.02, 0.3, 3]) {
      const own = {
        meanRho: some(1),
        meanTheta: some(6, -3),
        sigmaRho: some(width),
        sigmaTheta: some(3 * width),
      };
      const boxes = randomBoxes(random, 20);
      const { rho, theta } = polarOffsets(boxes);
      const weights = imageKernelWeights(boxes, own);
      for (const [edge, distance] of rho.entries()) {
        const exponents = Array.from({ length: 8 }, (_, k) => {
          const turn = Math.abs((theta[edge] ?? NaN) - (own.meanTheta[k] ?? NaN));
          const angle = Math.min(turn, Math.abs(2 * Math.PI - turn));
          const part = (x: number, sigma = NaN) => (-0.5 * x * x) / (1e-14 + sigma * sigma);
          return part(distance - (own.meanRho[k] ?? NaN), own.sigmaRho[k]) + part(angle, own.sigmaTheta[k]);
        });
        const largest = Math.max(...exponents);
        const sum = exponents.reduce((total, exponent) => total + Math.exp(exponent - largest), 0);
        for (const [k, exponent] of exponents.entries()) {
          expect(Math.abs((weights[8 * edge + k] ?? NaN) - Math.exp(exponent - largest) / sum)).toBeLessThan(
            1e-7,
          );
        }
      }
    }
  });

  it('add up to gates', () => {
    const boxes = [0, 0, 0.5, 0.5, 0, 0.5, 0.5, 1, 0.2, 0.2, 0.9, 0.4];
    const weights = imageKernelWeights(boxes, kernels);
    const gates = imageGates(boxes, kernels);
    for (let i = 0; i < 3; i++) {
      for (let k = 0; k < 2; k++) {
        const sum = [0, 1, 2].reduce((total, j) => total + (weights[(i * 3 + j) * 2 + k] ?? NaN), 0);
        expect(gates[i * 2 + k]).toBeCloseTo(sum, 5);
      }
    }
  });
});
