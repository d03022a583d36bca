// Records in linear memory, written by `../records`. Legend: R regions, L words, D joint size, T blocks, d = D / T,
// K kernels, H hidden units, W words of all captions of a batch. Rr, Wr, Tr are R, W, T rounded up to a multiple of 4.
// Every number is 32 bits wide; matrices are float32, addresses are bytes.

/** The parameters of image graph and caption graph, laid out for the products. */
export class Network {
  /** T, d, K */
  blocks: i32;
  blockSize: i32;
  kernels: i32;
  /** Hidden units of a kernel, H / K rounded up to a multiple of 4. */
  kernelUnits: i32;
  /** H rounded up to a multiple of 4. */
  hidden: i32;
  /** Not 0: propagates the matching vectors of neighbours instead of a node's own. */
  neighbours: i32;
  /** Not 0: nodes in bytes. */
  i8: i32;
  /** λ */
  temperature: f32;
  imageOutputBias: f32;
  textOutputBias: f32;
  /** W of the image graph `[T, K * kernelUnits]` */
  imageKernels: usize;
  /** out_1 of the image graph `[K * kernelUnits, hidden]`, its bias and out_2 `[hidden]`. */
  imageHidden: usize;
  imageHiddenBias: usize;
  imageOutput: usize;
  /** out_1 W of the caption graph `[T, hidden]`, with the bias out_1 β + b; out_2 `[hidden]`. */
  textHidden: usize;
  textHiddenBias: usize;
  textOutput: usize;
}

/** One image. */
export class Image {
  regions: i32;
  /** Rr */
  lanes: i32;
  /** Not 0: `pairs` holds Gram matrices, else rows of nodes. */
  gram: i32;
  /** By block packed tiles of columns `[d, Rr]`. */
  nodes: usize;
  /**
   * Gram: `[R (R + 1) / 2, Tr]`, row i, then j <= i, those beside the diagonal doubled. Rows: by block `[R, d rounded
   * up]`.
   */
  pairs: usize;
  /** Squared norms of blocks `[T, Rr]`. */
  squares: usize;
  /** `self`: gates `[K, Rr]`; `neighbours`: `w_ij^k` as `[K, j: R, i: Rr]`. */
  layout: usize;
  /**
   * The i8 form: `nodes` are bytes from 1 to 127 by block in packed tiles of columns `[d / 4 rounded up, Rr, 4]`, their
   * scales `[T, Rr]`; `pairs` are factors of Gram matrices by block (`i8-factors.ts`).
   */
  scales: usize;
  /** Scales of factors, `[Rr]` and, squared, `[T]`. */
  nodeScales: usize;
  blockScales: usize;
}

/** Captions side by side. */
export class Batch {
  captions: i32;
  /** W, Wr */
  words: i32;
  lanes: i32;
  /** By block packed tiles of rows `[d, W]`. */
  nodes: usize;
  /** `[T, Wr]` */
  squares: usize;
  /** `captions` records of `Caption`. */
  table: usize;
  /**
   * The i8 form: `nodes` are signed bytes by block in packed tiles of rows `[d / 4 rounded up, W, 4]`. Their scales and
   * -64 times their sums: `[T, Wr]`.
   */
  scales: usize;
  offsets: usize;
}

/** One caption of a batch. */
export class Caption {
  /** Its first word in the batch, and L. */
  first: i32;
  words: i32;
  gram: i32;
  /** As an image's, of the caption's words. */
  pairs: usize;
  /** `neighbours`: edge weights `e_ij` as `[j: L, i: L rounded up to 4]`. */
  edges: usize;
  /** Column of the scores. */
  column: i32;
  /** The i8 form: as an image's, `[L rounded up to 4]` and `[T]`. */
  nodeScales: usize;
  blockScales: usize;
}

/** Images against batches. */
export class List {
  /** Addresses of `imageCount` images and of the batches. */
  images: usize;
  imageCount: i32;
  batches: usize;
  /** `[imageCount, columns]` */
  imageToText: usize;
  textToImage: usize;
  columns: i32;
  /** Items, each an image with a batch, of this list and of those before it. */
  end: i32;
}

/** Lists that are processed together. */
export class Job {
  network: usize;
  /** Records of `List`, and the items of all. */
  lists: usize;
  items: i32;
  /** The next item that no thread has taken; the finished items; not 0 to end early. Shared by threads. */
  next: i32;
  done: i32;
  stop: i32;
}
