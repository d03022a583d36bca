import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { IndexFolder } from '../../../batch/index/index-folder.ts';
import { startCommandProcess } from '../../support/command-process.ts';
import { assertAnswer, recalls } from './check.ts';
import { type DirectRanking, openDirectRanking } from './direct-ranking.ts';
import { ask, drive } from './drive.ts';
import { measure } from './measure.ts';
import { type SearchBenchOptions, searchBenchOptions } from './options.ts';
import { pairByPair } from './pair-by-pair.ts';
import { captionQueries, type Query } from './queries.ts';
import { report } from './report.ts';

/** Queries whose answers are compared with the engines', and queries that warm up. */
const CHECKED = 20;
const WARM_UP = 40;

/**
 * Times searches through the edge worker of a `gsmn start` of its own; answers are compared with the engines' first.
 * `--data DIR --index DIR --queries 300 --concurrency 1,16 --seconds 60 --limit 20 --backend auto --json`
 */
export async function run(args: readonly string[]): Promise<void> {
  const options = searchBenchOptions(args);
  const command = startCommandProcess(startParameters(options), { LOG_LEVEL: 'error' });
  command.child.stderr?.on('data', (piece: string) => process.stderr.write(piece));
  try {
    const url = (await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';
    const index = new IndexFolder(options.index);
    const folder = index.generation(await index.requireActive());
    const queries = captionQueries(folder);
    const direct = await openDirectRanking(folder, options.backend);
    const { manifest } = direct;

    await checkAnswers(url, queries.slice(0, CHECKED), direct, options.limit);
    const warm = queries.slice(CHECKED, CHECKED + WARM_UP).map(({ text }) => text);
    await drive(url, warm, { concurrency: 4, limit: options.limit, seconds: options.seconds });
    const fresh = queries.slice(CHECKED + WARM_UP);
    const { measured, asked } = await measure(url, fresh, options);
    const recall = recalls(asked, fresh, manifest.images.count);

    command.child.kill('SIGTERM');
    await command.ended;
    const baseline = await pairByPair(
      direct,
      fresh.slice(0, CHECKED).map(({ text }) => text),
    );
    await direct.close();
    report({
      options,
      backend: direct.backend,
      images: manifest.images.count,
      shortlist: manifest.ranking.shortlist,
      measured,
      recall,
      baseline,
    });
  } finally {
    command.destroy();
  }
}

function startParameters({ data, split, checkpoint, index, backend }: SearchBenchOptions): string[] {
  const built = existsSync(join(index, 'active.json'));
  return [
    'start',
    '--port',
    '0',
    '--index',
    index,
    '--backend',
    backend,
    '--data',
    data,
    ...(built ? ['--no-build'] : []),
    ...(built || split === undefined ? [] : ['--split', split]),
    ...(built || checkpoint === undefined ? [] : ['--checkpoint', checkpoint]),
  ];
}

async function checkAnswers(
  url: string,
  queries: readonly Query[],
  direct: DirectRanking,
  limit: number,
): Promise<void> {
  // The first answer of a fresh process may be late and say so; it only wakes everything up.
  await ask(url, 'a', 1);
  for (const { text } of queries) {
    const most = Math.min(limit, direct.manifest.ranking.shortlist);
    assertAnswer(text, await ask(url, text, most), await direct.rank(text));
  }
}
