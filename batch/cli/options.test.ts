import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { dataFolder } from './options.ts';
import { createProgram, normaliseOptionNames } from './program.ts';

describe('dataFolder', () => {
  it('is the named folder, or the released pair of folder and name', async () => {
    expect(dataFolder({ data: 'mine', dataName: 'other' })).toBe('mine');
    expect(dataFolder({ dataPath: 'all', dataName: 'mine' })).toBe('all/mine');
    expect(dataFolder({ dataName: 'mine' })).toBe('data/mine');
  });

  it('refuses options without a folder', async () => {
    expect(await errorCode(async () => dataFolder({ dataPath: 'all' }))).toBe('argument_invalid');
  });
});

describe('normaliseOptionNames', () => {
  it('spells the options of the released scripts with hyphens, but neither values nor what follows --', () => {
    const given = ['search', '--data_name=a_b', '--bi_gru', 'a_b', '--', '--a_b', '-x'];
    expect(normaliseOptionNames(given)).toEqual([
      'search',
      '--data-name=a_b',
      '--bi-gru',
      'a_b',
      '--',
      '--a_b',
      '-x',
    ]);
  });
});

describe('an environment variable', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Every command, and the variables that its options read. */
  function variables(command: Command): string[] {
    const own = command.options.map(({ envVar }) => envVar).filter((name) => name !== undefined);
    return [...own, ...command.commands.flatMap(variables)];
  }

  it('that is empty is not set, whichever option reads it', async () => {
    const names = [...new Set(variables(createProgram()))];
    expect(names).toEqual(expect.arrayContaining(['QDRANT_URL', 'LOG_LEVEL', 'RERANK_PORT']));
    for (const name of names) vi.stubEnv(name, '');
    const program = createProgram();
    const serve = program.commands.find((command) => command.name() === 'serve');
    const rerank = serve?.commands.find((command) => command.name() === 'rerank') ?? new Command();
    rerank.action(() => {});
    await program.parseAsync(['node', 'gsmn', 'serve', 'rerank']);
    expect(rerank.opts()).toMatchObject({ index: './index', host: '127.0.0.1', logLevel: 'info' });
    for (const name of names) expect(name in process.env, name).toBe(false);
  });
});
