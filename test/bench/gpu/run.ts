import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors/index.ts';
import { nodeMatchDevice } from '../../../shared/platform/match/webgpu-device.ts';
import { loadTfjsBackend } from '../../../shared/platform/tfjs/index.ts';
import { machine } from '../statistics.ts';
import { encodingFigures } from './encoding.ts';
import { endpointFigures } from './endpoint.ts';
import type { Figure } from './figures.ts';
import { matcherFigures } from './matcher.ts';
import { CARD, TINY } from './sizes.ts';
import { trainingFigures } from './training.ts';

/**
 * Everything that a graphics card does, each result checked before it is timed; prints one table and writes JSON. A part
 * that fails is named at the end, and the others are measured. On a software driver all sizes are tiny.
 * `--json gpu-check.json`
 * @throws AppError `backend_unavailable` without an adapter, `internal` if a part failed
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string', default: 'gpu-check.json' } },
  });
  const { adapter, software, destroy } = await nodeMatchDevice();
  destroy();
  const sizes = software ? TINY : CARD;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(
    `${adapter}${software ? ', a software driver: tiny sizes, which say nothing of a card' : ''}; ${machine()}`,
  );
  const figures: Figure[] = [];
  const failures: { readonly part: string; readonly why: string }[] = [];
  const began = performance.now();
  const part = async (name: string, work: () => Promise<Figure[]>) => {
    try {
      figures.push(...(await work()));
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      failures.push({ part: name, why });
      process.stderr.write(`${name}: ${why}\n`);
    }
    process.stderr.write(`${name}: done after ${seconds(began).toFixed(0)} s\n`);
  };
  await part('matcher', () => matcherFigures(sizes));
  await part('endpoint', () => endpointFigures(sizes));
  await loadTfjsBackend('wasm');
  for (const backend of ['webgpu', 'tensorflow'] as const) {
    const loaded = await loadTfjsBackend(backend).catch((thrown: unknown) => {
      if (!(thrown instanceof AppError && thrown.code === 'backend_unavailable')) throw thrown;
      if (backend === 'webgpu') failures.push({ part: 'TF.js on webgpu', why: thrown.message });
      else say(`TensorFlow is left out: ${thrown.message}`);
      return undefined;
    });
    if (loaded === undefined) continue;
    await part(`encoding on ${backend}`, () => encodingFigures(backend, sizes));
    await part(`training on ${backend}`, () => trainingFigures(backend, sizes));
  }
  say(`\n| part | what | value | unit |\n| --- | --- | ---: | --- |`);
  for (const { part: name, what, value, unit } of figures)
    say(
      `| ${name} | ${what} | ${value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} | ${unit} |`,
    );
  const told = {
    bench: 'gpu',
    adapter,
    software,
    machine: machine(),
    seconds: seconds(began),
    figures,
    failures,
  };
  writeFileSync(values.json, `${JSON.stringify(told, null, 2)}\n`);
  say(`\n${seconds(began).toFixed(0)} s; written to ${values.json}`);
  if (failures.length > 0) {
    throw new AppError('internal', failures.map(({ part: name, why }) => `${name}: ${why}`).join('; '));
  }
}

function seconds(began: number): number {
  return (performance.now() - began) / 1000;
}
