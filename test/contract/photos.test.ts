import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { photoFeatureIdentity } from '../../batch/extraction/extract-photos.ts';
import { searchResponseSchema } from '../../shared/schema/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { drawnPhoto, patches, putPhoto } from '../support/drawn-photos.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

let root = '';
let images = '';
let index = '';
let project: SmallProject;
const running: CommandProcess[] = [];

beforeAll(async () => {
  project = await smallProject(
    {},
    { config: { imageFeatureSize: 1280 }, features: await photoFeatureIdentity() },
  );
});
afterAll(() => project.remove());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'photos-'));
  images = join(root, 'images');
  index = join(root, 'index');
  mkdirSync(images);
});
afterEach(() => {
  for (const command of running.splice(0)) command.destroy();
  rmSync(root, { recursive: true });
});

const put = (name: string, bytes: string | Promise<Buffer>) => putPhoto(images, name, bytes);

function command(...parameters: readonly string[]): CommandProcess {
  const started = startCommandProcess([...parameters, '--index', index, '--backend', 'wasm']);
  running.push(started);
  return started;
}

const start = (source: string, ...more: readonly string[]) =>
  command('start', '--photos', source, '--port', '0', '--checkpoint', project.model, ...more);

async function address(started: CommandProcess): Promise<string> {
  return (await started.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';
}

async function stop(started: CommandProcess): Promise<void> {
  started.child.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  expect(started.alive()).toBe(false);
}

/** Every image of a running search, by name. */
async function found(url: string) {
  const answer = await fetch(`${url}/v1/search?q=dog&limit=20`);
  expect(answer.status).toBe(200);
  const { hits } = searchResponseSchema.parse(await answer.json());
  return new Map(hits.map(({ image, ...hit }) => [image.name, { ...hit, ...image }]));
}

async function indexPhotos(source: string, ...more: readonly string[]) {
  const made = command('photos', 'index', source, '--checkpoint', project.model, '--json', ...more);
  const code = await made.ended;
  if (code !== 0) throw new Error(`it ended with ${code}:\n${made.stderr()}`);
  return { ...JSON.parse(made.stdout()), stderr: made.stderr() };
}

// Whole commands, several in one test, on a machine that may be busy.
describe('gsmn start --photos', { timeout: 240_000 }, () => {
  it('makes photographs searchable, and picks up what changed at the next start', async () => {
    await put('a b/ä.jpg', drawnPhoto(1000, 500).jpeg().toBuffer());
    await put('two.tiff', patches(2).tiff().toBuffer());
    await put('%0A\n#?.png', patches(3).png().toBuffer());
    await put('bad.png', 'no image');
    const first = start(images);
    const url = await address(first);
    expect(first.stdout()).toContain('3 images, 0 captions');
    expect(first.stdout()).toContain(`images: ${images}`);
    expect(first.stderr()).toContain('1 files could not be read');
    expect(first.stderr()).not.toContain('cannot be shown');
    const hits = await found(url);
    expect([...hits.keys()].sort()).toEqual(['%250A%0A#?.png', 'a b/ä.jpg', 'two.tiff']);
    expect(hits.get('a b/ä.jpg')?.metadata).toMatchObject({ format: 'jpeg', folders: ['a b'] });
    for (const { url: path = '' } of hits.values()) {
      const file = await fetch(new URL(path, url));
      expect([path, file.status, file.headers.get('content-type')]).toEqual([path, 200, 'image/webp']);
      await file.body?.cancel();
    }
    await stop(first);

    rmSync(join(images, 'bad.png'));
    rmSync(join(images, 'two.tiff'));
    await put('new.webp', patches(4).webp().toBuffer());
    const second = start(images);
    expect([...(await found(await address(second))).keys()].sort()).toEqual([
      '%250A%0A#?.png',
      'a b/ä.jpg',
      'new.webp',
    ]);
    await stop(second);

    const third = start(images, '--no-build');
    expect((await found(await address(third))).has('new.webp')).toBe(true);
    await stop(third);
  });

  it('shows photographs that look alike as one, which names the others', async () => {
    for (const seed of [1, 2, 3]) await put(`${seed}.png`, patches(seed, 300, 200).png().toBuffer());
    for (const size of [100, 150]) {
      const small = patches(2, 300, 200).resize({ width: size, withoutEnlargement: true });
      await put(`small/${size}.jpg`, small.jpeg({ quality: 70 }).toBuffer());
    }
    const started = start(images);
    const url = await address(started);
    const page = async (parameters: string) => {
      const answer = await fetch(`${url}/v1/search?q=dog&${parameters}`);
      return searchResponseSchema.parse(await answer.json()).hits;
    };
    const group = ['2.png', 'small/100.jpg', 'small/150.jpg'];
    for (const mode of ['', '&exhaustive=true']) {
      const hits = [...(await page(`limit=2${mode}`)), ...(await page(`limit=2&offset=2${mode}`))];
      const shown = hits.map(({ image, alike }) => [
        image.name,
        ...(alike?.hits.map((hit) => hit.image.name) ?? []),
      ]);
      expect(new Set(shown.map((names) => names.sort().join()))).toEqual(
        new Set(['1.png', group.join(), '3.png']),
      );
      const other = hits.find(({ alike }) => alike)?.alike?.hits[0];
      const file = await fetch(new URL(`${other?.image.url}?w=320`, url));
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/webp']);
    }
    expect(await page('limit=9&collapse=false')).toHaveLength(5);
    await stop(started);
    const searched = command('search', 'dog', '--limit', '3', '--json');
    expect(await searched.ended).toBe(0);
    const { hits } = JSON.parse(searched.stdout()) as { hits: { gsmn: number; alike?: { count: number } }[] };
    expect(hits.map(({ alike }) => alike?.count ?? 0).sort((a, b) => a - b)).toEqual([0, 0, 2]);
    expect(hits.every(({ gsmn }) => Number.isFinite(gsmn))).toBe(true);
    const all = command('search', 'dog', '--no-collapse', '--json');
    expect(await all.ended).toBe(0);
    expect((JSON.parse(all.stdout()) as { hits: unknown[] }).hits).toHaveLength(5);
  });

  it('serves the photographs of a list, also those outside its folder, and nothing else', async () => {
    await put('listed.png', patches(1).png().toBuffer());
    await put('unlisted.png', patches(2).png().toBuffer());
    writeFileSync(join(root, 'outside.png'), await patches(3).png().toBuffer());
    const list = join(images, 'list.jsonl');
    writeFileSync(
      list,
      [{ path: 'listed.png', caption: 'a dog runs' }, { path: '../outside.png' }]
        .map((entry) => JSON.stringify(entry))
        .join('\n'),
    );
    const started = start(list, '--originals');
    const url = await address(started);
    const hits = await found(url);
    const names = [...hits.keys()].sort();
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{16}\/outside\.png$/), 'listed.png']);
    expect(hits.get('listed.png')?.captions).toEqual(['a dog runs']);
    for (const { url: path = '' } of hits.values()) {
      const file = await fetch(new URL(path, url));
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/png']);
      await file.body?.cancel();
    }
    for (const name of ['unlisted.png', '%2e%2e/outside.png', '..%2foutside.png', 'list.jsonl']) {
      expect((await fetch(`${url}/images/${name}`)).status).toBe(404);
    }
    await stop(started);
  });

  it('takes up what changes while it runs, and leaves no process', async () => {
    await put('1.png', patches(1).png().toBuffer());
    await put('2.png', patches(2).png().toBuffer());
    const started = start(images, '--watch');
    const url = await address(started);
    expect([...(await found(url)).keys()].sort()).toEqual(['1.png', '2.png']);
    rmSync(join(images, '1.png'));
    await put('new/3.png', patches(3).png().toBuffer());
    await expect
      .poll(async () => [...(await found(url)).keys()].sort(), { timeout: 180_000, interval: 500 })
      .toEqual(['2.png', 'new/3.png']);
    await stop(started);
  });

  it('takes up while it runs what changes in a list and in the files that it names', async () => {
    await put('far/1.png', patches(1).png().toBuffer());
    await put('far/2.png', patches(2).png().toBuffer());
    const list = join(root, 'list.csv');
    writeFileSync(list, 'path\nimages/far/1.png\n');
    const started = start(list, '--watch');
    const url = await address(started);
    const seen = async () => {
      const hits = [...(await found(url)).values()].map(async ({ name, width, url: path = '' }) => {
        const image = await fetch(new URL(path, url));
        await image.body?.cancel();
        return [name, width, image.status];
      });
      return Promise.all(hits);
    };
    const soon = { timeout: 180_000, interval: 500 };
    expect(await seen()).toEqual([['images/far/1.png', 96, 200]]);
    await put('far/1.png', patches(3, 80, 60).png().toBuffer());
    await expect.poll(seen, soon).toEqual([['images/far/1.png', 80, 200]]);
    writeFileSync(list, 'path\nimages/far/2.png\n');
    await expect.poll(seen, soon).toEqual([['images/far/2.png', 96, 200]]);
    expect((await fetch(`${url}/images/images/far/1.png`)).status).toBe(404);
    await stop(started);
  }, 360_000);

  it.each([
    ['to watch nothing', ['--watch', '--no-build'], '--watch indexes photographs'],
    ['data beside them', ['--data', 'somewhere'], 'goes with no --data'],
    ['a split', ['--split', 'dev'], 'goes with no --data and no --split'],
    ['a folder that is no model', ['--checkpoint', 'MODEL/..'], 'is no model folder'],
  ])('refuses %s', async (_, more, message) => {
    await put('1.png', patches(1).png().toBuffer());
    const given = more.map((option) => option.replace('MODEL', project.model));
    const started = start(images, ...given);
    expect(await started.ended).not.toBe(0);
    expect(started.stderr()).toContain(message);
    expect(existsSync(join(index, 'photos'))).toBe(false);
  });

  it('searches with the model that ships, if no other is named', async () => {
    for (const seed of [1, 2, 3]) await put(`${seed}.png`, patches(seed).png().toBuffer());
    const started = command('start', '--photos', images, '--port', '0');
    const url = await address(started);
    const answer = await fetch(`${url}/v1/search?q=${encodeURIComponent('a dog runs through the snow')}`);
    const { hits } = searchResponseSchema.parse(await answer.json());
    expect(hits.map(({ stage }) => stage)).toEqual(['rerank', 'rerank', 'rerank']);
    for (const { evidence } of hits) expect(evidence?.words.length).toBeGreaterThan(0);
    await stop(started);
  });

  it('refuses a model of other features before anything is described', async () => {
    await put('1.png', patches(1).png().toBuffer());
    const other = await smallProject({}, { config: { imageFeatureSize: 1280 } });
    try {
      const started = start(images, '--checkpoint', other.model);
      expect(await started.ended).not.toBe(0);
      expect(started.stderr()).toContain('photographs have');
      expect(existsSync(join(index, 'photos'))).toBe(false);
    } finally {
      other.remove();
    }
  });
});

describe('gsmn photos index', { timeout: 240_000 }, () => {
  it('builds once, and continues after it was killed', async () => {
    for (let seed = 1; seed <= 30; seed++) await put(`${seed}.png`, patches(seed).png().toBuffer());
    const killed = command('photos', 'index', images, '--checkpoint', project.model, '--processes', '1');
    const features = join(index, 'photos');
    const kept = () =>
      existsSync(features)
        ? readdirSync(features, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bin'))
            .length
        : 0;
    await expect.poll(kept, { timeout: 120_000, interval: 20 }).toBeGreaterThanOrEqual(3);
    killed.destroy();
    await killed.ended;
    const before = kept();
    expect(before).toBeLessThan(30);
    const result = await indexPhotos(images);
    expect(result).toMatchObject({ images: 30, built: true });
    expect(result.described).toBeLessThanOrEqual(30 - before);
    expect(result.described).toBeGreaterThan(0);
    expect(await indexPhotos(images)).toMatchObject({
      generation: result.generation,
      described: 0,
      written: false,
      built: false,
    });
    const manifest = JSON.parse(
      readFileSync(join(index, 'generations', result.generation, 'manifest.json'), 'utf8'),
    );
    expect(manifest).toMatchObject({ holds: ['images'], images: { count: 30 }, captions: { count: 0 } });
    const verified = startCommandProcess(['index', 'verify', '--index', index]);
    running.push(verified);
    expect(await verified.ended).toBe(0);
  });

  it('goes on past a pipe and ends with 1 by --strict', async () => {
    await put('1.png', patches(1).png().toBuffer());
    execFileSync('mkfifo', [join(images, 'pipe.jpg')]);
    const made = command('photos', 'index', images, '--checkpoint', project.model, '--strict');
    expect(await made.ended).toBe(1);
    expect(made.stdout()).toContain('problems: 1, listed in');
    expect(made.stdout()).toContain('serves');
  });
});
