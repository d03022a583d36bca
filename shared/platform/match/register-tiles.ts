/**
 * Generates the register tiles of the kernel's matrix products, as AssemblyScript. Every sum of a tile is a variable of
 * its own, because arrays do not stay in registers: written by hand, four shapes of four kinds would be 16 times the same
 * function.
 *
 * A tile has `rows` x `4 * vectors` sums. At each step it reads its columns of b as vectors, and of a one number a row,
 * which it spreads over a vector. The twelve sums of a tile of 6 x 8, two vectors of b and one number of a fill the
 * fifteen vector registers that V8 hands out on x64; a sixteenth (a tile of 4 x 12) costs a third of the speed.
 */

/** Rows, and vectors of four columns. */
interface Shape {
  readonly rows: number;
  readonly vectors: number;
}

/** What one kind of tile has at the places where kinds differ. Lines are statements without indentation. */
interface TileKind {
  /** Import statements of its file. */
  readonly imports: string;
  /** Its functions are called `{prefix}{rows}x{columns}`. */
  readonly prefix: string;
  readonly parameters: string;
  /** The parameter that counts the steps. */
  readonly steps: string;
  /** Spreads a number of a over a vector, and multiplies it with columns of b: `multiply(x, b, sum)`. */
  readonly spread: string;
  readonly multiply: string;
  /** What a and b are moved on by after a step. */
  readonly aStep: (shape: Shape) => string;
  readonly bStep: (shape: Shape) => string;
  /** Declares the sums. */
  readonly begin: (shape: Shape) => readonly string[];
  /** Does with the sums what they are for. */
  readonly end: (shape: Shape) => readonly string[];
}

const SHAPES: readonly Shape[] = [
  { rows: 6, vectors: 2 },
  { rows: 6, vectors: 1 },
  { rows: 4, vectors: 2 },
  { rows: 4, vectors: 1 },
];

/** `c = a b`, or `c += a b` where `add` is set; the rows of c are `cStep` bytes apart. */
const PRODUCTS: TileKind = {
  imports: "import { multiplyAdd, splat } from './arithmetic';",
  prefix: 'tile',
  parameters: 'a: usize, aStep: usize, b: usize, bStep: usize, k: i32, c: usize, cStep: usize, add: bool',
  steps: 'k',
  spread: 'v128.load_splat<f32>',
  multiply: 'multiplyAdd',
  aStep: () => 'aStep',
  bStep: () => 'bStep',
  begin: (shape) => [
    ...count(shape.rows - 1).map((i) => `const row${i + 1} = ${row(i)} + cStep;`),
    ...zeros(shape),
    'if (add) {',
    ...sums(shape).map(({ name, i, j }) => `  ${name} = v128.load(${at(row(i), 16 * j)});`),
    '}',
  ],
  end: (shape) => sums(shape).map(({ name, i, j }) => `v128.store(${row(i)}, ${at(name, 16 * j)});`),
};

/** `sums[column] += Σ_rows (a b)²` */
const SQUARES: TileKind = {
  ...PRODUCTS,
  prefix: 'squares',
  parameters: 'a: usize, aStep: usize, b: usize, bStep: usize, k: i32, sums: usize',
  begin: zeros,
  end: (shape) => addedSquares(shape, (x, before) => `multiplyAdd(${x}, ${x}, ${before})`),
};

/**
 * Products of bytes. At each step four numbers of every row and of every column meet: a is `[groups, rows, 4]` signed
 * bytes; b `[groups, columns, 4]` bytes from 0 to 127 that stand for themselves less 64. Sums begin with
 * `offsets [rows]`, which is what the 64 would add, the other way round; row i of the result is scaled by
 * `rowScales[i]`, column j by `columnScales[j]`.
 */
const I8_PRODUCTS: TileKind = {
  imports: "import { dot, scaled } from './i8-arithmetic';",
  prefix: 'i8Tile',
  parameters:
    'a: usize, b: usize, groups: i32, offsets: usize, rowScales: usize, columnScales: usize, c: usize, cStep: usize',
  steps: 'groups',
  spread: 'v128.load32_splat',
  multiply: 'dot',
  aStep: ({ rows }) => String(4 * rows),
  bStep: ({ vectors }) => String(16 * vectors),
  begin: (shape) =>
    sums(shape).map(({ name, i, j }) =>
      j === 0 ? `let ${name} = v128.load32_splat(${at('offsets', 4 * i)});` : `let ${name} = ${sum(i, 0)};`,
    ),
  end: ({ rows, vectors }) =>
    count(rows).map((i) => {
      const own = count(vectors).map((j) => `${sum(i, j)}, `);
      return `store${4 * vectors}(${own.join('')}rowScales + ${4 * i}, columnScales, c + ${i} * cStep);`;
    }),
};

/** As `SQUARES`, of bytes; b stands for itself, and its steps are `bStep` bytes apart. */
const I8_SQUARES: TileKind = {
  ...I8_PRODUCTS,
  imports: "import { splat } from './arithmetic';\nimport { addSquare, dot } from './i8-arithmetic';",
  prefix: 'i8Squares',
  parameters: 'a: usize, b: usize, bStep: usize, groups: i32, sums: usize',
  bStep: () => 'bStep',
  begin: zeros,
  end: (shape) => addedSquares(shape, (x, before) => `addSquare(${x}, ${before})`),
};

/** The files of tiles, each kind in all shapes, by the names that the kernel imports them by. */
export const REGISTER_TILES = {
  'tiles.ts': () => tiles(PRODUCTS),
  'square-tiles.ts': () => tiles(SQUARES),
  'i8-tiles.ts': () => tiles(I8_PRODUCTS, [1, 2].map(scaledStore)),
  'i8-square-tiles.ts': () => tiles(I8_SQUARES),
};

/** A file of tiles of one kind. */
function tiles(kind: TileKind, more: readonly string[] = []): string {
  return [kind.imports, ...SHAPES.map((shape) => tile(kind, shape)), ...more, ''].join('\n');
}

/** A function that stores a row of sums of bytes, scaled. */
function scaledStore(vectors: number): string {
  const own = count(vectors).map((j) => `x${j}: v128, `);
  return [
    `function store${4 * vectors}(${own.join('')}rowScale: usize, columnScales: usize, c: usize): void {`,
    '  const scale = v128.load32_splat(rowScale);',
    ...count(vectors).map((j) => {
      const value = `f32x4.mul(scaled(x${j}, v128.load(${at('columnScales', 16 * j)})), scale)`;
      return `  v128.store(c, ${at(value, 16 * j)});`;
    }),
    '}',
  ].join('\n');
}

/** A tile's function. */
function tile(kind: TileKind, shape: Shape): string {
  const { prefix, parameters, steps, spread, multiply } = kind;
  const step = [
    ...count(shape.vectors).map((j) => `const b${j} = v128.load(${at('b', 16 * j)});`),
    ...count(shape.rows).flatMap((i) => [
      `${i === 0 ? 'let x' : 'x'} = ${spread}(${at('a', 4 * i)});`,
      ...count(shape.vectors).map((j) => `${sum(i, j)} = ${multiply}(x, b${j}, ${sum(i, j)});`),
    ]),
    `a += ${kind.aStep(shape)};`,
    `b += ${kind.bStep(shape)};`,
  ];
  const body = [
    ...kind.begin(shape),
    `for (; ${steps} > 0; ${steps}--) {`,
    ...step.map((line) => `  ${line}`),
    '}',
    ...kind.end(shape),
  ];
  return [
    `export function ${prefix}${shape.rows}x${4 * shape.vectors}(${parameters}): void {`,
    ...body.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

function zeros(shape: Shape): string[] {
  return sums(shape).map(({ name }) => `let ${name} = splat(0);`);
}

/** Adds the squares of each column's sums to what `sums` holds; `add` is the expression `before + x²`. */
function addedSquares({ rows, vectors }: Shape, add: (x: string, before: string) => string): string[] {
  return count(vectors).flatMap((j) => [
    `let s${j} = ${add(sum(0, j), `v128.load(${at('sums', 16 * j)})`)};`,
    ...count(rows - 1).map((i) => `s${j} = ${add(sum(i + 1, j), `s${j}`)};`),
    `v128.store(sums, ${at(`s${j}`, 16 * j)});`,
  ]);
}

/** The variables of a tile's sums, row by row. */
function sums({ rows, vectors }: Shape): { readonly name: string; readonly i: number; readonly j: number }[] {
  return count(rows).flatMap((i) => count(vectors).map((j) => ({ name: sum(i, j), i, j })));
}

function sum(i: number, j: number): string {
  return `c${i}${j}`;
}

/** The address of a row of c. */
function row(i: number): string {
  return i === 0 ? 'c' : `row${i}`;
}

/** Last arguments of a load or a store; an offset of 0 is left out. */
function at(value: string, offset: number): string {
  return offset === 0 ? value : `${value}, ${offset}`;
}

/** 0 to `length` - 1. */
function count(length: number): number[] {
  return [...Array(length).keys()];
}
