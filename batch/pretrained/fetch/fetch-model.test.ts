import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HubServer, startHub } from '../../../test/support/hub-server.ts';
import { silentReport } from '../../report.ts';
import { type CatalogueEntry, hubModel } from '../catalogue.ts';
import { RECORD } from '../fetched-models.ts';
import { findEncoder } from '../find-encoder.ts';
import { type FetchOptions, fetchModel } from './fetch-model.ts';

const TINY = join(import.meta.dirname, '../../../test/fixtures/pretrained/tiny-clip');
const REPOSITORY = 'somebody/tiny-clip';
const VISION = 'onnx/vision_model.onnx';
const FILES = [
  'config.json',
  'onnx/text_model.onnx',
  VISION,
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

let models = '';
let hub: HubServer;
beforeEach(async () => {
  models = mkdtempSync(join(tmpdir(), 'fetch-model-'));
  hub = await startHub(REPOSITORY, TINY);
});
afterEach(async () => {
  await hub.close();
  rmSync(models, { recursive: true });
});

function fetching(options: Partial<FetchOptions> = {}) {
  const model = hubModel(REPOSITORY);
  return fetchModel({ model, weights: 'full', models, hub: hub.url, pauseMs: 1, ...options }, silentReport);
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Asserts that the model is there, complete and equal. */
function expectAll(folder: string, files: Readonly<Record<string, string>>): void {
  expect(Object.keys(files).sort()).toEqual(FILES);
  for (const path of FILES) {
    expect(sha256(join(folder, path)), path).toBe(sha256(join(TINY, path)));
    expect(files[path]).toBe(sha256(join(TINY, path)));
    expect(existsSync(join(folder, `${path}.part`))).toBe(false);
  }
}

describe('a model of the hub', () => {
  it('is fetched from the commit of its revision, once, and found by its name', async () => {
    const { folder, record, fetched } = await fetching();
    expect(fetched).toBe(true);
    expect(folder).toBe(join(models, 'somebody', 'tiny-clip', hub.commit));
    expect(record).toMatchObject({ repository: REPOSITORY, revision: 'main', commit: hub.commit });
    expectAll(folder, record.files);
    const asked = hub.requests.filter((line) => line.includes('/main/'));
    expect(asked).toEqual([`HEAD /${REPOSITORY}/resolve/main/config.json`]);

    hub.requests.length = 0;
    expect(await fetching()).toMatchObject({ folder, fetched: false });
    expect(await fetching({ model: hubModel(`${REPOSITORY}@${hub.commit}`) })).toMatchObject({
      fetched: false,
    });
    expect(hub.requests).toEqual([]);
    expect(await findEncoder(REPOSITORY, models)).toMatchObject({ name: REPOSITORY, folder });
  });

  it('is fetched under the new name of its repository', async () => {
    const { folder, record } = await fetching({ model: hubModel('old/name') });
    expect(record.repository).toBe('old/name');
    expectAll(folder, record.files);
  });

  it('comes from a plain server, too, which says nothing of sums and commits', async () => {
    hub.faults = { plain: true };
    const { folder, record } = await fetching();
    expect(record.commit).toBeNull();
    expectAll(folder, record.files);
  });

  it('is continued where the connection was cut, as long as something comes', async () => {
    const step = 40_000;
    hub.faults = { cutAfter: (path, from) => (path === VISION && from < 300_000 ? step : undefined) };
    const { folder, record } = await fetching();
    expectAll(folder, record.files);
    const ranges = hub.requests.filter((line) => line.startsWith('GET /cdn') && line.includes('vision'));
    expect(ranges.length).toBeGreaterThan(7);
    // What came is not loaded again.
    const starts = ranges.map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(new Set(starts).size).toBeGreaterThan(7);
  });

  it('is continued by the next call where nothing came any more, and says so', async () => {
    hub.faults = { cutAfter: (path, from) => (path !== VISION ? undefined : from === 0 ? 100_000 : 0) };
    const failure = await fetching().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'download_failed',
      hint: expect.stringMatching(/again: it continues after 100,000 bytes.*--encoder DIR/),
    });
    expect(existsSync(join(models, 'somebody', 'tiny-clip', hub.commit, RECORD))).toBe(false);
    hub.faults = {};
    hub.requests.length = 0;
    const { folder, record } = await fetching();
    expectAll(folder, record.files);
    const loaded = hub.requests.filter((line) => line.startsWith('GET'));
    // Whole files are not loaded again.
    expect(loaded).toEqual([
      expect.stringContaining('GET /somebody'),
      `GET /cdn/${hub.commit}/${VISION} bytes=100000-`,
    ]);
  });

  it('is loaded from its beginning by a server without ranges', async () => {
    let cuts = 2;
    hub.faults = { noRanges: true, cutAfter: (path) => (path === VISION && cuts-- > 0 ? 50_000 : undefined) };
    const { folder, record } = await fetching();
    expectAll(folder, record.files);
  });

  it.each([
    ['large', VISION],
    ['small', 'tokenizer.json'],
  ])(
    'is refused if a %s file is not what the hub says, and nothing of that file is kept',
    async (_, wrong) => {
      hub.faults = { spoiled: (path) => path === wrong };
      await expect(fetching()).rejects.toMatchObject({
        code: 'checksum_mismatch',
        message: expect.stringContaining(wrong),
        hint: expect.stringContaining('--encoder DIR'),
      });
      const folder = join(models, 'somebody', 'tiny-clip', hub.commit);
      for (const name of [wrong, `${wrong}.part`, RECORD]) expect(existsSync(join(folder, name))).toBe(false);
      hub.faults = {};
      expectAll(folder, (await fetching()).record.files);
    },
  );

  it('is refused if a file is not what the catalogue says', async () => {
    const entry: CatalogueEntry = {
      name: 'tiny',
      repository: REPOSITORY,
      licence: 'none',
      millions: 1,
      goodFor: 'tests',
      revision: hub.commit,
      files: { [VISION]: sha256(join(TINY, VISION)) },
    };
    const model = hubModel('tiny', [entry]);
    expect(model).toMatchObject({ repository: REPOSITORY, revision: hub.commit });
    const { folder, record } = await fetching({ model });
    expectAll(folder, record.files);
    rmSync(join(models, 'somebody'), { recursive: true });
    const other = hubModel('tiny', [{ ...entry, files: { [VISION]: 'ab'.repeat(32) } }]);
    await expect(fetching({ model: other })).rejects.toMatchObject({ code: 'checksum_mismatch' });
  });

  it('is refused at every later use once a file was changed', async () => {
    const { folder } = await fetching();
    writeFileSync(join(folder, 'tokenizer.json'), '{}');
    for (const use of [fetching, () => findEncoder(REPOSITORY, models), () => findEncoder(folder, models)]) {
      await expect(use()).rejects.toMatchObject({
        code: 'checksum_mismatch',
        message: expect.stringContaining('tokenizer.json'),
      });
    }
  });

  it.each([
    ['no such repository', { model: hubModel('nobody/nothing') }, {}, 'not_found'],
    ['no such revision', { model: hubModel(`${REPOSITORY}@v2`) }, {}, 'not_found'],
    ['no such weights', { weights: 'fp16' as const }, {}, 'not_found'],
    ['a repository that asks for an account', {}, { status: 401 }, 'not_found'],
    ['a server in trouble', {}, { status: 503 }, 'download_failed'],
    ['no server at all', { hub: 'http://127.0.0.1:1' }, {}, 'download_failed'],
    ['no address', { hub: 'here' }, {}, 'argument_invalid'],
  ])('is not fetched for %s', async (_, options, faults, code) => {
    hub.faults = faults;
    await expect(fetching(options)).rejects.toMatchObject({ code });
    if (code !== 'argument_invalid')
      await expect(fetching(options)).rejects.toMatchObject({
        hint: expect.stringContaining('--encoder DIR'),
      });
  });

  it('is not fetched any further after a stop', async () => {
    const stop = new AbortController();
    hub.faults = {
      cutAfter: () => {
        stop.abort(new Error('stopped'));
        return 10;
      },
    };
    await expect(fetching({ signal: stop.signal })).rejects.toThrow('stopped');
  });
});

describe('the name of a model', () => {
  it('is one of the catalogue, or a repository with a revision', () => {
    expect(hubModel('clip-vit-b-32')).toMatchObject({ repository: 'Xenova/clip-vit-base-patch32' });
    expect(hubModel('Xenova/clip-vit-base-patch32').entry?.name).toBe('clip-vit-b-32');
    expect(hubModel('a/b@refs/pr/1')).toEqual({ repository: 'a/b', revision: 'refs/pr/1' });
    expect(hubModel('clip-vit-b-32@v1').entry).toBeUndefined();
  });

  it.each(['', 'bert', 'a/b/c', '../x', 'a/..', 'a/b@', 'a/b@x@y', 'a/b@../x', 'a/b@x/../..'])(
    'is not "%s"',
    (text) => {
      expect(() => hubModel(text)).toThrow(expect.objectContaining({ code: 'argument_invalid' }));
    },
  );
});

describe('an encoder that was not fetched', () => {
  it('is missing, with the command and the way without a connection', async () => {
    await expect(findEncoder('clip-vit-b-32', models)).rejects.toMatchObject({
      code: 'file_missing',
      hint: expect.stringMatching(/gsmn models fetch clip-vit-b-32.*--encoder DIR/),
    });
  });
});
