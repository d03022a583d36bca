import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { SET_UP_FILES } from './tensorflow-set-up.ts';

/** TensorFlow's scale: 0 everything, 1 warnings, 2 errors, 3 fatal errors. */
const LEVEL = '2';
/** Severity and date of a line of the log, as Abseil writes it. */
const LOG_LINE = /^([IWEF])\d{4} /;
const SEVERITIES = 'IWEF';
const PREAMBLE = 'WARNING: All log messages before absl::InitializeLog() is called';

const require = createRequire(import.meta.url);

/**
 * Loads TensorFlow's smaller library, which contains the log, and sets the level of the log: errors only, unless
 * `TF_CPP_MIN_LOG_LEVEL` in the environment says otherwise. That library logs while it is loaded, so stderr is captured
 * meanwhile and passed on without the lines below the level.
 */
export function loadWithLogLevel(folder: string): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ||= LEVEL;
  const { captureStderr } = require(join(folder, SET_UP_FILES.captureStderr)) as {
    captureStderr: (callback: () => void) => string;
  };
  const printed = captureStderr(() => require(join(folder, SET_UP_FILES.logLevel)));
  process.stderr.write(aboveLevel(printed, Number(process.env.TF_CPP_MIN_LOG_LEVEL)));
}

/** The part of a log that is at or above a level; lines that are not part of the log are kept. */
export function aboveLevel(printed: string, level: number): string {
  const kept = printed.split(/(?<=\n)/).filter((line) => {
    const severity = LOG_LINE.exec(line)?.[1];
    if (severity === undefined) return level === 0 || !line.startsWith(PREAMBLE);
    return SEVERITIES.indexOf(severity) >= level;
  });
  return kept.join('');
}
