import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { searchResponseSchema } from '../../shared/schema/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
/** A user without rights of its own; root is not refused anything by permissions. */
const NOBODY = 65_534;

let project: SmallProject;
/** An index with a built generation; each test works on a copy. */
let built = '';
let folder = '';
const running: CommandProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sharing-'));
  // Another user must be able to read it.
  chmodSync(folder, 0o755);
  project = await smallProject({ dev: 4, train: 200 });
  chmodSync(dirname(project.data), 0o755);
  built = join(folder, 'built');
  expect(await build(built, 'dev').ended).toBe(0);
});
afterEach(() => {
  for (const command of running.splice(0)) command.destroy();
});
afterAll(() => {
  project.remove();
  rmSync(folder, { recursive: true, force: true });
});

function run(parameters: readonly string[], user?: number): CommandProcess {
  const command = startCommandProcess(parameters, {}, { user });
  running.push(command);
  return command;
}

function build(index: string, split: string): CommandProcess {
  const { data, model } = project;
  const source = ['--data', data, '--split', split, '--checkpoint', model];
  return run(['index', 'build', '--index', index, '--backend', 'wasm', ...source]);
}

const start = (index: string, parameters: readonly string[] = [], user?: number) =>
  run(['start', '--index', index, '--backend', 'wasm', '--port', '0', ...parameters], user);

const address = async (command: CommandProcess) =>
  (await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';

async function search(url: string) {
  const response = await fetch(`${url}/v1/search?q=a+dog`);
  expect(response.status).toBe(200);
  return searchResponseSchema.parse(await response.json());
}

async function end(command: CommandProcess): Promise<void> {
  command.child.kill('SIGTERM');
  expect(await command.ended, command.stderr()).toBe(0);
}

function copyOf(name: string): string {
  const copy = join(folder, name);
  cpSync(built, copy, { recursive: true });
  return copy;
}

describe('an index that several processes use', () => {
  it('a service that starts during a build serves after the build has ended, and then the new generation', async () => {
    const index = copyOf('during');
    const before = (await new IndexFolder(index).active())?.generation;
    const building = build(index, 'train');
    await vi.waitFor(() => expect(building.stderr()).toContain('encode images'), PATIENCE);
    const service = start(index, ['--no-build']);
    const url = await address(service);
    const first = await search(url);
    expect(await building.ended, building.stderr()).toBe(0);
    await vi.waitFor(async () => {
      const { generation, degraded } = await search(url);
      expect(generation).not.toBe(before);
      expect(degraded).toBeUndefined();
    }, PATIENCE);
    expect(first.hits.length).toBeGreaterThan(0);
    await end(service);
    expect(existsSync(join(index, 'qdrant.json'))).toBe(false);
  });

  it('a second service says which process serves it, and ends', async () => {
    const index = copyOf('twice');
    const first = start(index, ['--no-build']);
    const url = await address(first);
    const second = start(index, ['--no-build']);
    expect(await second.ended).toBe(4);
    expect(second.stderr()).toContain(`process ${first.child.pid} serves the index`);
    expect((await search(url)).hits.length).toBeGreaterThan(0);
    await end(first);
  });

  it('a service that was killed is succeeded by the next one', async () => {
    const index = copyOf('killed');
    const first = start(index, ['--no-build']);
    await address(first);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(join(index, 'qdrant.json'))).toBe(true);
    const second = start(index, ['--no-build']);
    expect((await search(await address(second))).hits.length).toBeGreaterThan(0);
    await end(second);
  });

  it('what is done in a copy of a served index changes the copy only', async () => {
    const index = copyOf('original');
    const service = start(index, ['--no-build']);
    const url = await address(service);
    const copy = join(folder, 'copy');
    execFileSync('cp', ['-r', index, copy]);
    expect(existsSync(join(copy, 'qdrant.json'))).toBe(true);
    expect(await build(copy, 'train').ended).toBe(0);
    expect(await new IndexFolder(copy).active()).not.toEqual(await new IndexFolder(index).active());
    const verified = run(['index', 'verify', '--index', index]);
    expect(await verified.ended, verified.stderr()).toBe(0);
    expect(await search(url)).toMatchObject({
      generation: (await new IndexFolder(index).active())?.generation,
    });
    await end(service);
  });
});

describe('a port in use', () => {
  it.runIf(existsSync('/proc/net/tcp'))('names the process of a running gsmn', async () => {
    const first = start(copyOf('port'), ['--no-build']);
    const port = new URL(await address(first)).port;
    const second = start(copyOf('other'), ['--no-build', '--port', port]);
    expect(await second.ended).toBe(4);
    expect(second.stderr()).toContain(`a gsmn that runs (process ${first.child.pid})`);
    expect(second.stderr()).toContain(`kill ${first.child.pid}`);
    await end(first);
  });
});

describe('a damaged vector database', () => {
  it.each([
    ['cut', (file: Buffer) => file.subarray(0, file.length / 2)],
    ['overwritten', (file: Buffer) => file.fill(0, 0, 4096)],
  ])('that was %s is set aside and filled again from the generation', async (name, damage) => {
    const index = copyOf(name);
    const path = join(index, 'qdrant.sqlite');
    const damaged = damage(readFileSync(path));
    writeFileSync(path, damaged);
    const refused = start(index, ['--no-build']);
    expect(await refused.ended).toBe(3);
    expect(refused.stderr()).toContain('set it aside');

    const service = start(index);
    expect((await search(await address(service))).hits).toHaveLength(4);
    expect(service.stderr()).toContain('set aside');
    const kept = readdirSync(index).filter((file) => file.startsWith('qdrant.sqlite.damaged-'));
    expect(kept).toHaveLength(1);
    expect(readFileSync(join(index, kept[0] ?? ''))).toEqual(damaged);
    await end(service);
  });
});

/** Who may not write below a folder of ours: somebody else if we are root, else we after taking the right away. */
const reader = process.getuid?.() === 0 ? NOBODY : undefined;
const readable =
  process.getuid !== undefined &&
  spawnSync(process.execPath, ['-e', `fs.accessSync(${JSON.stringify(import.meta.filename)})`], {
    uid: reader,
    gid: reader,
  }).status === 0;

describe.runIf(readable)(
  'an index that may only be read (skipped where another user cannot read the project)',
  () => {
    let index = '';
    beforeAll(() => {
      index = copyOf('read-only');
      execFileSync('chmod', ['-R', 'a-w,a+rX', index]);
    });
    afterAll(() => execFileSync('chmod', ['-R', 'u+w', index]));

    /** Names and times of everything in it. */
    const state = () =>
      readdirSync(index, { recursive: true, encoding: 'utf8' })
        .toSorted()
        .map((path) => [path, statSync(join(index, path)).mtimeMs]);

    it('is verified as far as it can be read: its files', async () => {
      const before = state();
      const verify = run(['index', 'verify', '--index', index], reader);
      expect(await verify.ended).toBe(0);
      expect(verify.stdout()).toMatch(
        /^the files of generation \S+ are whole: .*its points were not looked at$/m,
      );
      expect(verify.stderr()).toMatch(/warning: the points are not looked at: .* no permission/);
      const asJson = run(['index', 'verify', '--json', '--index', index], reader);
      expect(await asJson.ended).toBe(0);
      expect(JSON.parse(asJson.stdout())).toMatchObject({ collections: null });
      expect(state()).toEqual(before);
    });

    it('is refused by verify if a file of it is damaged', async () => {
      const damaged = copyOf('read-only-damaged');
      const generation = await new IndexFolder(damaged).requireActive();
      const file = join(new IndexFolder(damaged).generation(generation.generation), 'manifest.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"images"', '"imagez"'));
      execFileSync('chmod', ['-R', 'a-w,a+rX', damaged]);
      const verify = run(['index', 'verify', '--index', damaged], reader);
      expect(await verify.ended).not.toBe(0);
      expect(verify.stdout()).toBe('');
      execFileSync('chmod', ['-R', 'u+w', damaged]);
    });

    it('is searched', async () => {
      const before = state();
      const searched = run(['search', '--index', index, '--backend', 'wasm', '--json', 'a dog'], reader);
      expect(await searched.ended, searched.stderr()).toBe(0);
      expect(JSON.parse(searched.stdout())).toMatchObject({ hits: { length: 4 } });
      expect(state()).toEqual(before);
    });

    it('is served by --no-build', async () => {
      const before = state();
      const service = start(index, ['--no-build'], reader);
      const answer = await search(await address(service));
      expect(answer.hits).toHaveLength(4);
      expect(answer.degraded).toBeUndefined();
      await end(service);
      expect(state()).toEqual(before);
    });

    it.each([
      ['start', () => start(index, [], reader)],
      ['index build', () => run(['index', 'build', '--index', index, '--data', project.data], reader)],
      ['index rollback', () => run(['index', 'rollback', '--index', index], reader)],
    ])('%s calls the permission a permission', async (_, command) => {
      const refused = command();
      expect(await refused.ended, refused.stderr()).toBe(3);
      expect(refused.stderr()).toContain(index);
      expect(refused.stderr()).toContain('no permission');
      expect(refused.stderr()).not.toContain('disk');
    });
  },
);
