import process from 'node:process';
import { Command } from 'commander';
import { captionsCommand } from './commands/captions.ts';
import { checkpointCommand } from './commands/checkpoint.ts';
import { deployCommand } from './commands/deploy.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { galleryCommand } from './commands/gallery.ts';
import { indexCommand } from './commands/index.ts';
import { keysCommand } from './commands/keys.ts';
import { modelCommand } from './commands/model.ts';
import { modelsCommand } from './commands/models.ts';
import { parseCommand } from './commands/parse.ts';
import { photosCommand } from './commands/photos.ts';
import { plotCommand } from './commands/plot.ts';
import { queriesCommand } from './commands/queries.ts';
import { scoreCommand } from './commands/score.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { startCommand } from './commands/start.ts';
import { studyCommand } from './commands/study.ts';
import { trainCommand } from './commands/train.ts';
import { trainParserCommand } from './commands/train-parser.ts';
import { vocabCommand } from './commands/vocab.ts';

/** The `gsmn` command: one file for each subcommand. Nothing heavy is loaded before a subcommand runs. */
export function createProgram(): Command {
  const program = new Command('gsmn')
    .description('Text-to-image search by graph structured network matching')
    .showHelpAfterError()
    .exitOverride();
  for (const make of [
    startCommand,
    serveCommand,
    deployCommand,
    queriesCommand,
    photosCommand,
    indexCommand,
    keysCommand,
    searchCommand,
    scoreCommand,
    evaluateCommand,
    trainCommand,
    checkpointCommand,
    plotCommand,
    modelCommand,
    modelsCommand,
    vocabCommand,
    captionsCommand,
    parseCommand,
    trainParserCommand,
    studyCommand,
    galleryCommand,
  ]) {
    program.addCommand(make());
  }
  // Errors of subcommands also return to main.ts instead of ending the process.
  const override = (command: Command): void => {
    command.exitOverride();
    for (const { envVar } of command.options) forgetEmpty(envVar);
    command.commands.forEach(override);
  };
  override(program);
  return program;
}

/** An empty variable is one that is not set, but commander takes its value. */
function forgetEmpty(variable: string | undefined): void {
  if (variable !== undefined && process.env[variable] === '') delete process.env[variable];
}

/**
 * The released scripts spell options with underscores (`--bi_gru`); both spellings are one option here.
 * Only names change, never values, and nothing after `--`.
 */
export function normaliseOptionNames(parameters: readonly string[]): string[] {
  const end = parameters.includes('--') ? parameters.indexOf('--') : parameters.length;
  return parameters.map((parameter, at) =>
    at < end ? parameter.replace(/^--[A-Za-z0-9_-]+/, (name) => name.replaceAll('_', '-')) : parameter,
  );
}
