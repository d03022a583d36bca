import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { searchCommand } from './search.ts';

describe('gsmn search', () => {
  it.each([
    ['neither a sentence nor an image', [], 'argument_invalid'],
    ['both', ['a dog', '--image', 'dog.jpg'], 'argument_invalid'],
    ['what is about sentences with an image', ['--image', 'dog.jpg', '--exhaustive'], 'argument_invalid'],
    ['a phrase to deny with an image', ['--image', 'dog.jpg', '--not', 'a leash'], 'argument_invalid'],
    ['an image that is not there', ['--image', '/nowhere/dog.jpg'], 'file_missing'],
    ['a folder as an image', ['--image', '/'], 'file_unreadable'],
  ])('refuses %s', async (_, parameters, code) => {
    expect(await errorCode(runCommand(searchCommand(), parameters))).toBe(code);
  });
});
