/**
 * The whole of `npm test`: builds what tests need, then types, lint, dead code and every test project.
 * All steps run even if one fails, so that one run shows everything that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { TYPE_PROJECTS } from './type-projects.ts';

const root = dirname(import.meta.dirname);
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
/** What each test step writes: how many tests passed, failed, and were skipped. */
const reports = {
  vitest: join(root, '.build', 'test-report.json'),
  faults: join(root, '.build', 'fault-report.json'),
} as const;
const reporters = (report: string): string[] => [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];

interface Step {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
}

const steps: readonly Step[] = [
  { name: 'build', command: process.execPath, parameters: [join('infra', 'build.ts')] },
  ...TYPE_PROJECTS.map((path) => ({
    name: `types of ${path}`,
    command: bin('tsc'),
    parameters: ['-p', path],
  })),
  { name: 'biome', command: bin('biome'), parameters: ['check', '.'] },
  { name: 'oxlint', command: bin('oxlint'), parameters: ['--type-aware'] },
  { name: 'knip', command: bin('knip'), parameters: [] },
  { name: 'vitest', command: bin('vitest'), parameters: ['run', ...reporters(reports.vitest)] },
  // Afterwards and alone: its cases overload the machine.
  {
    name: 'faults',
    command: bin('vitest'),
    parameters: ['run', '--config', 'test/faults/vitest.config.ts', ...reporters(reports.faults)],
  },
];

const environment = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};

function run({ name, command, parameters }: Step): boolean {
  const began = performance.now();
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit', env: environment });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const passed = status === 0;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)${error ? `: ${error.message}` : ''}`);
  return passed;
}

mkdirSync(join(root, '.build'), { recursive: true });
for (const report of Object.values(reports)) rmSync(report, { force: true });
const failed = steps.filter((step) => !run(step));

const counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
for (const [name, report] of Object.entries(reports)) {
  if (!existsSync(report)) {
    console.error(`no test ran: ${name} wrote no report`);
    process.exit(1);
  }
  const own = JSON.parse(readFileSync(report, 'utf8')) as typeof counts;
  if (own.numPassedTests === 0) console.error(`no test of ${name} passed`);
  counts.numPassedTests += own.numPassedTests;
  counts.numFailedTests += own.numFailedTests;
  counts.numPendingTests += own.numPendingTests;
}
if (failed.length > 0) console.error(`failed: ${failed.map((step) => step.name).join(', ')}`);
console.log(
  `${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`,
);
process.exit(failed.length > 0 || counts.numPassedTests === 0 ? 1 : 0);
