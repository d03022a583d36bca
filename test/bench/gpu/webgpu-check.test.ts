import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Figure } from './figures.ts';
import { run } from './run.ts';

it('measures every part at tiny sizes on a software driver, and says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-check-'));
  try {
    const file = join(folder, 'figures.json');
    await run(['--json', file]);
    const { software, failures, figures } = JSON.parse(readFileSync(file, 'utf8')) as {
      software: boolean;
      failures: unknown[];
      figures: Figure[];
    };
    expect([software, failures]).toEqual([true, []]);
    const parts = figures.map(({ part }) => part);
    for (const part of ['matcher', 'endpoint', 'encoding', 'training']) expect(parts).toContain(part);
    for (const { what, value } of figures) expect(value, what).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 600_000);
