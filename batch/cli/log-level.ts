import { Option } from 'commander';

/** `--log-level`: how much the services tell on stderr. */
export function logLevelOption(fallback: 'warn' | 'info'): Option {
  return new Option('--log-level <level>', 'what the services tell on stderr, a line of JSON each')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default(fallback)
    .env('LOG_LEVEL');
}
