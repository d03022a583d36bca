/** AdamW (Loshchilov and Hutter 2019) for parameters in memory, with the usual constants. */
export class AdamW {
  readonly #parameters: Float32Array;
  readonly #decay: number;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  #steps = 0;

  /** @param decay the share that each step takes off, times the learning rate. */
  constructor(parameters: Float32Array, decay: number) {
    this.#parameters = parameters;
    this.#decay = decay;
    this.#first = new Float32Array(parameters.length);
    this.#second = new Float32Array(parameters.length);
  }

  step(gradient: Float32Array, learningRate: number): void {
    this.#steps++;
    const [first, second, values] = [this.#first, this.#second, this.#parameters];
    const [firstShare, secondShare] = [1 - 0.9 ** this.#steps, 1 - 0.999 ** this.#steps];
    for (let at = 0; at < values.length; at++) {
      const slope = gradient[at] as number;
      const m = 0.9 * (first[at] as number) + 0.1 * slope;
      const v = 0.999 * (second[at] as number) + 0.001 * slope * slope;
      first[at] = m;
      second[at] = v;
      const value = values[at] as number;
      const move = m / firstShare / (Math.sqrt(v / secondShare) + 1e-8) + this.#decay * value;
      values[at] = value - learningRate * move;
    }
  }
}
