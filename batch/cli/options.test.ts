import { describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { dataFolder } from './options.ts';
import { normaliseOptionNames } from './program.ts';

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
