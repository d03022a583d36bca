import type { FloatMatrix } from './float-matrix.ts';

/** The loss of a batch, and its gradients. */
export interface ContrastLoss {
  readonly loss: number;
  /** With respect to the cosines `[n, n]`. */
  readonly cosines: FloatMatrix;
  /** With respect to the logarithm of the scale. */
  readonly logScale: number;
}

/**
 * InfoNCE both ways (van den Oord et al. 2018; Radford et al. 2021): the mean cross entropy of finding the caption of each
 * image and the image of each caption among all of the batch, by scaled cosines. Pairs are on the diagonal.
 */
export function infoNce({ rows: n, data }: FloatMatrix, logScale: number): ContrastLoss {
  const scale = Math.exp(logScale);
  const gradient = new Float32Array(n * n);
  let loss = 0;
  const direction = (at: (item: number, other: number) => number): void => {
    for (let item = 0; item < n; item++) {
      let most = Number.NEGATIVE_INFINITY;
      for (let other = 0; other < n; other++)
        most = Math.max(most, scale * (data[at(item, other)] as number));
      let sum = 0;
      for (let other = 0; other < n; other++) {
        sum += Math.exp(scale * (data[at(item, other)] as number) - most);
      }
      for (let other = 0; other < n; other++) {
        const cell = at(item, other);
        const share = Math.exp(scale * (data[cell] as number) - most) / sum;
        gradient[cell] = (gradient[cell] as number) + (share - (item === other ? 1 : 0)) / (2 * n);
      }
      loss += (most + Math.log(sum) - scale * (data[at(item, item)] as number)) / (2 * n);
    }
  };
  direction((item, other) => item * n + other);
  direction((item, other) => other * n + item);
  let ofScale = 0;
  for (let cell = 0; cell < n * n; cell++) {
    ofScale += (gradient[cell] as number) * (data[cell] as number) * scale;
    gradient[cell] = (gradient[cell] as number) * scale;
  }
  return { loss, cosines: { rows: n, columns: n, data: gradient }, logScale: ofScale };
}
