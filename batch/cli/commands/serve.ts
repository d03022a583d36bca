import { Command, Option } from 'commander';
import type { ServeEdgeOptions, ServeQdrantOptions, ServeRerankOptions } from '../../serve/run-serve.ts';
import { backendOption, logLevelOption, precisionOption, wholeNumber } from '../options.ts';

/** `gsmn serve`: one service alone, for a deployment of separate processes. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run one service alone; every option has its environment variable (docs/configuration.md)')
    .addCommand(rerankCommand())
    .addCommand(qdrantCommand())
    .addCommand(edgeCommand());
}

function rerankCommand(): Command {
  return new Command('rerank')
    .description('encode queries and rerank shortlists over the active generation of an index')
    .addOption(new Option('--index <dir>', 'the index').default('./index').env('RERANK_INDEX'))
    .addOption(host('RERANK_HOST'))
    .addOption(port(8788, 'RERANK_PORT'))
    .addOption(backendOption().env('RERANK_BACKEND'))
    .addOption(precisionOption().env('RERANK_PRECISION'))
    .addOption(
      number('concurrency', 'requests of each kind worked on at once', 16, 1, 256, 'RERANK_CONCURRENCY'),
    )
    .addOption(number('queue', 'requests of each kind that wait behind them', 128, 0, 10_000, 'RERANK_QUEUE'))
    .addOption(
      number(
        'memory-mb',
        'memory for the prepared images of a generation, in MiB',
        2048,
        1,
        1 << 20,
        'RERANK_MEMORY_MB',
      ),
    )
    .addOption(
      number(
        'exhaustive-images',
        'size of the largest index that may be ranked exhaustively, in images; 0 for none',
        10_000,
        0,
        1e9,
        'RERANK_EXHAUSTIVE_IMAGES',
      ),
    )
    .addOption(logLevelOption('info'))
    .action(async (options: ServeRerankOptions) => {
      const { serveRerank } = await import('../../serve/run-serve.ts');
      await serveRerank(options);
    });
}

function qdrantCommand(): Command {
  return new Command('qdrant')
    .description('the embedded vector database, over one file')
    .addOption(
      new Option('--path <file>', 'the SQLite file')
        .default('./index/qdrant.sqlite')
        .env('QDRANT_LOCAL_PATH'),
    )
    .addOption(host('QDRANT_LOCAL_HOST'))
    .addOption(port(6333, 'QDRANT_LOCAL_PORT'))
    .addOption(logLevelOption('info'))
    .action(async (options: ServeQdrantOptions) => {
      const { serveQdrant } = await import('../../serve/run-serve.ts');
      await serveQdrant(options);
    });
}

function edgeCommand(): Command {
  return new Command('edge')
    .description('the edge worker in workerd; its variables come from the environment')
    .addOption(host('EDGE_HOST'))
    .addOption(port(8787, 'EDGE_PORT'))
    .addOption(logLevelOption('info'))
    .action(async (options: ServeEdgeOptions) => {
      const { serveEdge } = await import('../../serve/run-serve.ts');
      await serveEdge(options);
    });
}

function host(variable: string): Option {
  return new Option('--host <address>', 'address to listen on').default('127.0.0.1').env(variable);
}

function port(fallback: number, variable: string): Option {
  return number('port', 'port to listen on; 0 chooses a free one', fallback, 0, 65_535, variable);
}

function number(
  name: string,
  description: string,
  fallback: number,
  minimum: number,
  maximum: number,
  variable: string,
): Option {
  return new Option(`--${name} <number>`, description)
    .argParser(wholeNumber(name, minimum, maximum))
    .default(fallback)
    .env(variable);
}
