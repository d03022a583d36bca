import { Command, Option } from 'commander';
import { AppError } from '../../../shared/errors/index.ts';
import type { CreateOptions, KeysFileOptions } from '../keys/run-keys.ts';
import { wholeNumber } from '../options.ts';

/** `gsmn keys`: who may search. */
export function keysCommand(): Command {
  const command = new Command('keys').description('keys of the search: who may search what, and how often');
  command.addCommand(
    withNarrowing(withFile(new Command('create')))
      .description('add a key to the file, and print it; it is shown this once')
      .option('--name <text>', 'for people: whose key it is')
      .option(
        '--secret',
        'a key for a server, which may sign search tokens (default: a publishable one, for pages)',
      )
      .addOption(perMinute('requests', 'requests a minute'))
      .addOption(perMinute('per-address', 'requests a minute from one address'))
      .addOption(perMinute('cost', 'what they may cost a minute: a search 1, an exhaustive one 20'))
      .option('--expires <time>', 'how long it is valid: 90d, 12h, 30m', duration('expires'))
      .option('--replaces <id>', 'a key whose settings it takes over, except for options that are given')
      .option('--overlap <time>', 'how long the replaced key stays valid', duration('overlap'), WEEK)
      .option('--json', 'key and record as JSON')
      .action(async (options: CreateOptions) => {
        await (await import('../keys/run-keys.ts')).runKeysCreate(options);
      }),
  );
  command.addCommand(
    withFile(new Command('list'))
      .description('list the keys, and whether they are valid')
      .option('--json', 'as JSON')
      .option('--kv', 'as JSON for `wrangler kv bulk put`')
      .action(async (options: KeysFileOptions & { readonly kv?: boolean }) => {
        await (await import('../keys/run-keys.ts')).runKeysList(options);
      }),
  );
  command.addCommand(
    withFile(new Command('revoke'))
      .argument('<id>', 'the id of a key, or the first characters of it')
      .description('end a key, and every token that it signed')
      .option('--after <time>', 'not at once: after 7d, 12h, 30m', duration('after'))
      .action(async (id: string, options: KeysFileOptions & { readonly after?: number }) => {
        await (await import('../keys/run-keys.ts')).runKeysRevoke(id, options);
      }),
  );
  command.addCommand(
    withNarrowing(new Command('token'), true)
      .description('print a search token: signed by the secret key in SEARCH_KEY, and narrower than it')
      .option('--expires <time>', 'how long it is valid, at most a day: 12h, 30m', duration('expires'), HOUR)
      .action(async (options) => {
        await (await import('../keys/run-keys.ts')).runKeysToken(options);
      }),
  );
  return command;
}

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: HOUR, d: 24 * HOUR };

/** Parses a time such as `7d`, to milliseconds. */
function duration(name: string): (text: string) => number {
  return (text) => {
    const [, number = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
    const factor = UNITS[unit];
    if (factor !== undefined) return Number(number) * factor;
    throw new AppError('argument_invalid', `--${name} must be a time such as 7d, 12h or 30m, not "${text}"`);
  };
}

function withFile(command: Command): Command {
  return command.option('--file <file>', 'the keys', './keys.json');
}

/** What narrows a key, and a token further. */
function withNarrowing(command: Command, needed = false): Command {
  const filter = new Option(
    '--filter <text>',
    'the images that it finds, as `filter` of a search: tenant:acme',
  );
  return command
    .addOption(needed ? filter.makeOptionMandatory() : filter)
    .option(
      '--fields <names>',
      'the only fields that it sees and may filter, count and sort by, separated by commas',
      (text: string) => text.split(','),
    )
    .option('--origin <origins...>', 'pages that may use it: https://shop.example');
}

function perMinute(name: string, description: string): Option {
  return new Option(`--${name} <number>`, description).argParser(wholeNumber(name, 1, 1_000_000));
}
