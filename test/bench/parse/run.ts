import process from 'node:process';
import { parseArgs } from 'node:util';
import { hasRelaxedSimd } from '../../../shared/match/simd/relaxed-simd.ts';
import { createSimdParser, readParser } from '../../../shared/parse/index.ts';
import { plainParse } from '../../../shared/parse/reference/plain-parser.ts';
import { loadEncodeKernel } from '../../../shared/platform/encode/index.ts';
import { withFileSource } from '../../../shared/platform/file-source.ts';
import { shippedParserPath } from '../../../shared/platform/parse/index.ts';
import { tokenise } from '../../../shared/text/index.ts';
import { machine, quantile } from '../statistics.ts';

/** Captions that are first compared with the plain network. */
const CHECKED = 3;
/** Captions per call: as in `gsmn parse`, and one, as for a query. */
const TOGETHER = 256;

const WHO = [
  'a man in a blue shirt',
  'two young women',
  'the little girl',
  'a brown dog',
  'several people in orange vests',
];
const DOING = [
  'is riding a bicycle',
  'are standing and talking',
  'jumps over a fence',
  'throws a ball to a child',
  'reading a newspaper',
];
const WHERE = [
  'on a crowded street',
  'in front of a large white building',
  'near the water',
  'while others look on',
  '',
];
const WITH = ['with an umbrella', 'wearing sunglasses and a hat', 'next to a parked car', ''];

/**
 * Captions per second on one core by the built-in parser, after comparing its trees with those of the plain network: together, one
 * by one, and by the plain network. `--rounds 15 --json`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
  });
  const model = await withFileSource(shippedParserPath(), readParser);
  const parser = createSimdParser(model, await loadEncodeKernel(hasRelaxedSimd()));
  const captions = WHO.flatMap((who) =>
    DOING.flatMap((doing) =>
      WHERE.flatMap((where) => WITH.map((how) => tokenise(`${who} ${doing} ${where} ${how}.`))),
    ),
  ).slice(0, 500);
  const words = captions.reduce((sum, { length }) => sum + length, 0) / captions.length;
  for (const caption of captions.slice(0, CHECKED)) {
    const [found] = await parser.parse([caption]);
    const expected = plainParse(model, caption).tree;
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Error(`"${caption.join(' ')}" has another tree`);
  }
  const contenders = [
    { name: 'together', work: () => parser.parse(captions.slice(0, TOGETHER)), count: TOGETHER },
    {
      name: 'one by one',
      work: async () => {
        for (const caption of captions.slice(0, 64)) await parser.parse([caption]);
      },
      count: 64,
    },
    { name: 'plain', work: async () => plainParse(model, captions[0] ?? []), count: 1 },
  ];
  const speeds = contenders.map((): number[] => []);
  for (const { work } of contenders.slice(0, 2)) await work();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [index, { work, count }] of contenders.entries()) {
      if (index === 2 && round > 2) continue;
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      speeds[index]?.push(count / ((user + system) / 1e6));
    }
  }
  const results = contenders.map(({ name }, index) => ({
    name,
    captionsPerSecond: quantile(speeds[index] ?? [], 0.5),
    low: quantile(speeds[index] ?? [], 0.25),
    high: quantile(speeds[index] ?? [], 0.75),
  }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ bench: 'parse', machine: machine(), words, results })}\n`);
    return;
  }
  const lines = results.map(
    ({ name, captionsPerSecond, low, high }) =>
      `${name.padEnd(12)} ${captionsPerSecond.toFixed(1)} captions/s (${low.toFixed(1)} to ${high.toFixed(1)})`,
  );
  process.stdout.write(
    `${machine()}; ${words.toFixed(1)} words per caption, one core\n${lines.join('\n')}\n`,
  );
}
