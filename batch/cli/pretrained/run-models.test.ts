import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubServer, startHub } from '../../../test/support/hub-server.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';

const TINY = join(import.meta.dirname, '../../../test/fixtures/pretrained/tiny-siglip');
const REPOSITORY = 'somebody/tiny';

let models = '';
let hub: HubServer;
beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'models-command-'));
  hub = await startHub(REPOSITORY, TINY);
});
afterAll(async () => {
  await hub.close();
  rmSync(models, { recursive: true });
});

describe('gsmn models', () => {
  it('fetches a model, and lists it beside those that are known', async () => {
    const fetched = await runGsmn([
      'models',
      'fetch',
      `${REPOSITORY}@${hub.commit}`,
      '--hub',
      hub.url,
      '--models',
      models,
      '--json',
    ]);
    expect(fetched.code, fetched.stderr).toBe(0);
    const folder = join(models, REPOSITORY, hub.commit);
    expect(JSON.parse(fetched.stdout)).toEqual({
      repository: REPOSITORY,
      commit: hub.commit,
      folder,
      fetched: true,
    });
    const listed = await runGsmn(['models', 'list', '--models', models, '--json']);
    const rows = JSON.parse(listed.stdout) as { name: string; bytes: number; fetched: unknown[] }[];
    expect(rows.find(({ name }) => name === 'clip-vit-b-32')).toMatchObject({ licence: 'MIT', fetched: [] });
    const own = rows.find(({ name }) => name === REPOSITORY);
    expect(own).toMatchObject({ licence: null, fetched: [{ folder, commit: hub.commit }] });
    expect(own?.bytes).toBeGreaterThan(500_000);
    const table = await runGsmn(['models', 'list', '--models', models]);
    expect(table.stdout).toMatch(/somebody\/tiny.*c0ffee/);
  });

  it('names the way without a connection where there is none', async () => {
    const nowhere = ['--hub', 'http://127.0.0.1:1', '--models', models];
    const { code, stderr } = await runGsmn(['models', 'fetch', 'clip-vit-b-32', ...nowhere]);
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/cannot be reached.*copy the folder.*--encoder DIR/s),
    ]);
  });
});
