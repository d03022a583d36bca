import { Command } from 'commander';

/** `gsmn deploy`: what is deployed. */
export function deployCommand(): Command {
  return new Command('deploy').description('look after a deployment').addCommand(
    new Command('check')
      .description(
        'ask edge worker, reranker and Qdrant whether they work, alone and together, and say how to fix what does not',
      )
      .requiredOption('--edge <url>', 'where the search is reached')
      .option('--rerank <url>', 'the reranker, if it can be reached from here (default: RERANK_URL)')
      .option('--qdrant <url>', 'the Qdrant, if it can be reached from here (default: QDRANT_URL)')
      .option(
        '--vars <file>',
        'the variables of the edge worker: a wrangler.jsonc, or lines NAME=value (.dev.vars)',
      )
      .option('--env <name>', 'the environment of the wrangler.jsonc')
      .option('--origin <url>', 'the page that embeds the search')
      .option(
        '--key <key>',
        'what the search is asked with, if it has keys: a key or a search token (default: SEARCH_KEY)',
      )
      .option('--query <text>', 'a sentence that the index should have an answer to', 'a dog')
      .option('--json', 'as JSON on stdout')
      .addHelpText(
        'after',
        '\nThe secrets come from RERANK_TOKEN, QDRANT_API_KEY and SEARCH_KEY, of the file or the environment. A secret key belongs there: other users of the machine can read --key.\nExit code 5 if a check failed; warnings do not change it.',
      )
      .action(async ({ env, ...options }) =>
        (await import('../deploy/run-check.ts')).runCheck({ ...options, environment: env }),
      ),
  );
}
