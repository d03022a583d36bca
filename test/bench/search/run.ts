import { AppError } from '../../../shared/errors/index.ts';
import { checkAnswers, recalls } from './check.ts';
import { type DirectRanking, openDirectRanking } from './direct-ranking.ts';
import { LoadClient } from './drive.ts';
import { type Loaded, measure } from './measure.ts';
import { type SearchBenchOptions, searchBenchOptions } from './options.ts';
import { pairByPair } from './pair-by-pair.ts';
import { captionQueries, type Query } from './queries.ts';
import { report } from './report.ts';
import { startSystem } from './system.ts';

/** Queries whose answers are compared with those of the engines, and queries for warming up. */
const CHECKED = 20;
const WARM_UP = 40;

/**
 * Times searches in the edge worker of a separate `gsmn start`; answers are first compared with those of the engines.
 * `--data DIR --index DIR --queries 300 --rounds 3 --concurrency 1,16 --seconds 60 --limit 20 --backend auto --json`
 *
 * `--baseline DIR --baseline-index DIR` runs the same load against another checkout of the project, in turn.
 */
export async function run(args: readonly string[]): Promise<void> {
  const options = searchBenchOptions(args);
  const loaded: Loaded[] = [];
  const endAll = async (): Promise<void> => {
    for (const { system, client } of loaded.splice(0)) {
      client.close();
      await system.close();
    }
  };
  let direct: DirectRanking | undefined;
  try {
    for (const checkout of options.checkouts) {
      const system = await startSystem(checkout, options);
      loaded.push({ system, client: new LoadClient(system.url) });
    }
    const [first] = loaded;
    if (first === undefined) throw new Error('nothing was started');
    const queries = captionQueries(first.system.generation);
    direct = await openDirectRanking(first.system.generation, options.backend);
    const { manifest, backend } = direct;
    for (const one of loaded) await check(one, queries, direct, options);

    const fresh = queries.slice(CHECKED + WARM_UP);
    const { measured, asked } = await measure(loaded, fresh, options);
    const recall = asked.map((own) => recalls(own, fresh, manifest.images.count));
    await endAll();
    report({
      options,
      backend,
      images: manifest.images.count,
      shortlist: manifest.ranking.shortlist,
      measured,
      recall,
      pairByPair: await pairByPair(
        direct,
        fresh.slice(0, CHECKED).map(({ text }) => text),
      ),
    });
  } finally {
    await endAll();
    await direct?.close();
  }
}

/**
 * Warms a system up and compares its answers with those of the engines. Both checkouts must return what the engines of
 * this checkout compute, each from its own index: timing different answers would be meaningless.
 */
async function check(
  { system, client }: Loaded,
  queries: readonly Query[],
  first: DirectRanking,
  { backend, limit, seconds }: SearchBenchOptions,
): Promise<void> {
  const ownApi = system.name === 'current';
  const direct = ownApi ? first : await openDirectRanking(system.generation, backend);
  try {
    const [own, other] = [first.manifest, direct.manifest];
    if (own.images.count !== other.images.count || own.ranking.shortlist !== other.ranking.shortlist) {
      throw new AppError(
        'argument_invalid',
        `the indexes differ: ${own.images.count} images, shortlist ${own.ranking.shortlist}; ${system.name} ${other.images.count} images, shortlist ${other.ranking.shortlist}`,
        { hint: 'build both from the same data with the same model' },
      );
    }
    // The first answer of a new process may be degraded because it is late; it is only for warming up.
    await client.ask('a', 1);
    await checkAnswers(client, queries.slice(0, CHECKED), direct, { limit, ownApi });
    const warm = queries.slice(CHECKED, CHECKED + WARM_UP).map(({ text }) => text);
    await client.drive(warm, { concurrency: 4, limit, seconds });
  } finally {
    if (direct !== first) await direct.close();
  }
}
