// Records of images and captions, from row-major nodes.
import { laneSum, multiplyAdd, splat, storeTransposed } from './arithmetic';
import { multiply, tileColumns, tileRows } from './products';
import { Batch, Caption, Image, Network } from './records';

/** Copies the columns of `[rows, D]` that belong to a block, transposed: `[d, width]`, zeros beyond the rows. */
export function packTile(
  nodes: usize,
  rows: i32,
  first: i32,
  width: i32,
  jointSize: i32,
  block: i32,
  d: i32,
  out: usize,
): void {
  const step: usize = 4 * width;
  const row: usize = 4 * jointSize;
  let lane = 0;
  for (; lane + 4 <= width && first + lane + 4 <= rows; lane += 4) {
    let from = nodes + <usize>(first + lane) * row + 4 * <usize>(block * d);
    let to = out + 4 * lane;
    let k = 4;
    for (; k <= d; k += 4) {
      const three = from + 3 * row;
      storeTransposed(v128.load(from), v128.load(from + row), v128.load(from + 2 * row), v128.load(three), to, step);
      from += 16;
      to += 4 * step;
    }
    for (k -= 4; k < d; k++) {
      for (let part: usize = 0; part < 4; part++) store<f32>(to + 4 * part, load<f32>(from + part * row));
      from += 4;
      to += step;
    }
  }
  for (; lane < width; lane++) {
    const there = first + lane < rows;
    let from = nodes + <usize>(first + lane) * row + 4 * <usize>(block * d);
    let to = out + 4 * lane;
    for (let k = 0; k < d; k++) {
      store<f32>(to, there ? load<f32>(from) : 0);
      from += 4;
      to += step;
    }
  }
}

/** By block the rows of nodes, d rounded up to `padded`. */
function copyRows(nodes: usize, rows: i32, blocks: i32, d: i32, padded: i32, out: usize): void {
  for (let block = 0; block < blocks; block++) {
    for (let row = 0; row < rows; row++) {
      const from = nodes + 4 * (<usize>row * blocks * d + block * d);
      for (let k = 0; k < padded; k++) {
        store<f32>(out, k < d ? load<f32>(from + 4 * k) : 0);
        out += 4;
      }
    }
  }
}

/** Inner products of a block's nodes, packed tiles of columns `[d, lanes]`, with each other: `[lanes, lanes]`. */
export function gramMatrix(tiles: usize, d: i32, lanes: i32, out: usize): void {
  const row: usize = 4 * lanes;
  for (let column = 0; column < lanes; ) {
    const width = tileColumns(lanes - column);
    // A tile of columns read as rows: 8 are two fours.
    for (let part = 0; part < width; part += 4) {
      const rows = tiles + 4 * (<usize>column * d + part);
      multiply(rows, 4 * width, 4, tiles, 0, lanes, d, out + <usize>(column + part) * row, row, false);
    }
    column += width;
  }
}

/**
 * Block Gram matrices of `[n, D]` nodes as `[n (n + 1) / 2, Tr]`: products off the diagonal are doubled, because `aᵀ G
 * a` contains them twice.
 * @param work 4 lanes² floats, lanes being n rounded up to 4
 */
function packGram(network: Network, tiles: usize, n: i32, lanes: i32, out: usize, work: usize): void {
  const T = network.blocks;
  const d = network.blockSize;
  const step = ((T + 3) / 4) * 16;
  const size: usize = 4 * <usize>lanes * <usize>lanes;
  for (let group = 0; group < T; group += 4) {
    for (let part = 0; part < 4; part++) {
      const gram = work + <usize>part * size;
      if (group + part >= T) {
        memory.fill(gram, 0, size);
        continue;
      }
      gramMatrix(tiles + 4 * <usize>(group + part) * d * lanes, d, lanes, gram);
    }
    let to = out + 4 * group;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const from = work + 4 * (<usize>i * lanes + j);
        const twice: f32 = i == j ? 1 : 2;
        v128.store(
          to,
          f32x4(
            twice * load<f32>(from),
            twice * load<f32>(from + size),
            twice * load<f32>(from + 2 * size),
            twice * load<f32>(from + 3 * size),
          ),
        );
        to += step;
      }
    }
  }
}

/** Lays out an image whose record has its sizes and addresses. `nodes`: `[R, D]`; `work`: 4 Rr² floats. */
export function prepareImage(network: Network, image: Image, nodes: usize, work: usize): void {
  const T = network.blocks;
  const d = network.blockSize;
  const lanes = image.lanes;
  memory.fill(image.squares, 0, 4 * <usize>T * lanes);
  for (let block = 0; block < T; block++) {
    const tiles = image.nodes + 4 * <usize>block * d * lanes;
    for (let column = 0; column < lanes; ) {
      const width = tileColumns(lanes - column);
      const tile = tiles + 4 * <usize>column * d;
      packTile(nodes, image.regions, column, width, T * d, block, d, tile);
      sumSquares(tile, d, width, image.squares + 4 * (<usize>block * lanes + column));
      column += width;
    }
  }
  if (image.gram) packGram(network, image.nodes, image.regions, lanes, image.pairs, work);
  else copyRows(nodes, image.regions, T, d, ((d + 3) / 4) * 4, image.pairs);
}

/** Squares of a tile's columns, summed over its rows. */
function sumSquares(tile: usize, d: i32, width: i32, out: usize): void {
  for (let column = 0; column < width; column += 4) {
    let sum = splat(0);
    let at = tile + 4 * column;
    for (let k = 0; k < d; k++) {
      const x = v128.load(at);
      sum = multiplyAdd(x, x, sum);
      at += 4 * width;
    }
    v128.store(out + 4 * column, sum);
  }
}

/**
 * Lays out a batch whose record and captions have their sizes and addresses. Where neighbours are propagated the
 * captions' edges become the inner products of their words, `[L, L rounded up to 4]`: the caller turns them into
 * weights.
 * @param nodes `[W, D]`
 * @param work `4 n² + D n` floats, n being the longest caption rounded up to 4
 */
export function prepareBatch(network: Network, batch: Batch, nodes: usize, work: usize): void {
  const T = network.blocks;
  const d = network.blockSize;
  const rows = (batch.words + 1) & ~1;
  for (let block = 0; block < T; block++) {
    const tiles = batch.nodes + 4 * <usize>block * d * batch.lanes;
    for (let row = 0; row < rows; ) {
      const height = tileRows(rows - row);
      packTile(nodes, batch.words, row, height, T * d, block, d, tiles + 4 * <usize>row * d);
      row += height;
    }
    for (let word = 0; word < batch.lanes; word++) {
      let sum: f32 = 0;
      if (word < batch.words) {
        const from = nodes + 4 * (<usize>word * T * d + block * d);
        for (let k = 0; k < d; k++) sum += load<f32>(from + 4 * k) * load<f32>(from + 4 * k);
      }
      store<f32>(batch.squares + 4 * (<usize>block * batch.lanes + word), sum);
    }
  }
  for (let index = 0; index < batch.captions; index++) {
    const caption = changetype<Caption>(batch.table + index * offsetof<Caption>());
    const own = nodes + 4 * <usize>caption.first * T * d;
    if (network.neighbours) innerProducts(own, caption.words, T * d, caption.edges);
    if (!caption.gram) {
      copyRows(own, caption.words, T, d, ((d + 3) / 4) * 4, caption.pairs);
      continue;
    }
    const lanes = (caption.words + 3) & ~3;
    const tiles = work + 16 * <usize>lanes * lanes;
    for (let block = 0; block < T; block++) {
      for (let column = 0; column < lanes; ) {
        const width = tileColumns(lanes - column);
        packTile(
          own,
          caption.words,
          column,
          width,
          T * d,
          block,
          d,
          tiles + 4 * (<usize>block * d * lanes + column * d),
        );
        column += width;
      }
    }
    packGram(network, tiles, caption.words, lanes, caption.pairs, work);
  }
}

/** Inner products of `[n, D]` rows with each other, `[n, n rounded up to 4]`. */
export function innerProducts(rows: usize, n: i32, jointSize: i32, out: usize): void {
  const lanes = (n + 3) & ~3;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let a = rows + 4 * <usize>i * jointSize;
      let b = rows + 4 * <usize>j * jointSize;
      let sums = splat(0);
      let k = 4;
      for (; k <= jointSize; k += 4) {
        sums = multiplyAdd(v128.load(a), v128.load(b), sums);
        a += 16;
        b += 16;
      }
      let sum = laneSum(sums);
      for (k -= 4; k < jointSize; k++) {
        sum += load<f32>(a) * load<f32>(b);
        a += 4;
        b += 4;
      }
      store<f32>(out + 4 * (<usize>i * lanes + j), sum);
      store<f32>(out + 4 * (<usize>j * lanes + i), sum);
    }
  }
}
