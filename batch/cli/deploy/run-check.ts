import process from 'node:process';
import Table from 'cli-table3';
import type { Check, CheckState } from '../../deploy/check.ts';
import { checkDeployment } from '../../deploy/check-deployment.ts';
import { type DeploymentOptions, readDeployment } from '../../deploy/deployment.ts';
import { interruptible } from '../interrupt.ts';

/** Of a deployment in which something failed: the code of services that do not do what they should. */
const EXIT_FAILED = 5;

const SIGNS: Readonly<Record<CheckState, string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'FAILED',
  skipped: 'skipped',
};

/** `gsmn deploy check` */
export async function runCheck(options: DeploymentOptions & { readonly json?: boolean }): Promise<void> {
  const deployment = await readDeployment(options, process.env);
  const checks = await interruptible((signal) => checkDeployment(deployment, signal));
  const failed = checks.filter(({ state }) => state === 'failed').length;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ok: failed === 0, checks }, undefined, 2)}\n`
      : `${asTable(checks)}\n${summary(checks)}\n`,
  );
  if (failed > 0) process.exitCode = EXIT_FAILED;
}

function asTable(checks: readonly Check[]): string {
  const table = new Table({
    head: ['check', '', 'what was found, and what to do'],
    colWidths: [24, 9, 84],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { name, state, found, fix } of checks) {
    table.push([name, SIGNS[state], fix === undefined ? found : `${found}\n→ ${fix}`]);
  }
  return table.toString();
}

function summary(checks: readonly Check[]): string {
  const count = (state: CheckState): number => checks.filter((check) => check.state === state).length;
  return `${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed, ${count('skipped')} skipped`;
}
