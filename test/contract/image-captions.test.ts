import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { loadParser, parserOf } from '../../shared/platform/parse/index.ts';
import { imageCaptionsSchema, problemSchema } from '../../shared/schema/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type RerankServer, startRerank } from '../../workers/rerank/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { keptLog, startTestService, testEngines } from '../support/rerank-service.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const IMAGES = 9;
const CAPTIONS = 5 * IMAGES;

/** Captions of three words each that differ from one another, with the parse of `head → word → word`. */
function writeCaptions(folder: string): void {
  const captions = Array.from({ length: CAPTIONS }, (_, caption) => [
    4 + (caption % 7),
    4 + (Math.floor(caption / 7) % 7),
    4 + ((3 * caption) % 5),
  ]);
  const lines = captions.map((ids) => `${[1, ...ids, 2].join()}\n`);
  writeFileSync(join(folder, 'test_precaps_stan.txt'), lines.join(''));
  const parse = [
    [0, 1],
    [1, 2],
    [2, 3],
  ];
  writeFileSync(join(folder, 'test_caps.json'), JSON.stringify(captions.map(() => parse)));
}

describe.each([
  ['that compares no parses', {}],
  ['that compares parses', { sparse: true, propagation: 'neighbours' } as const],
])('the captions that fit an image, by a model %s', (_, config) => {
  let project: SmallProject;
  let server: RerankServer;
  let database: RunningQdrantLocal;
  let edge: ReturnType<typeof edgeOver>;
  /** GSMN scores of every image and caption, as `gsmn score` writes them. */
  let scores: Float32Array;
  let generation: string;
  /** Cosines of every image and caption. */
  let cosines: (image: number, caption: number) => number;

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES }, { config });
    writeCaptions(project.data);
    const index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: index.database, port: 0 });
    const { data, model: checkpoint } = project;
    const built = await buildIndex(
      {
        index: index.path,
        data,
        checkpoint,
        split: 'test',
        backend: 'wasm',
        store: createQdrantStore({ url: database.url }),
      },
      silentReport,
    );
    generation = built.generation;
    const out = join(data, 'scores.npy');
    const scored = await runGsmn([
      'score',
      `--checkpoint=${checkpoint}`,
      `--data=${data}`,
      '--split=test',
      '--backend=wasm',
      `--out=${out}`,
    ]);
    expect(scored.stderr).toContain(`[${IMAGES}, ${CAPTIONS}]`);
    scores = await numbers(out);
    const folder = index.generation(generation);
    const images = await numbers(join(folder, 'images.coarse.npy'));
    const captions = await numbers(join(folder, 'captions.coarse.npy'));
    const size = images.length / IMAGES;
    cosines = (image, caption) => {
      const own = images.subarray(image * size, (image + 1) * size);
      return own.reduce((sum, value, d) => sum + value * (captions[caption * size + d] ?? NaN), 0);
    };
    server = await startRerank({
      indexFolder: index.path,
      engines: testEngines,
      parser: parserOf,
      shippedParser: loadParser,
      log: keptLog().log,
      port: 0,
    });
    edge = edgeOver({ rerank: server.url, qdrant: database.url, cacheSeconds: 60 });
  });
  afterAll(async () => {
    await server.close();
    await database.close();
    project.remove();
  });

  async function numbers(path: string): Promise<Float32Array> {
    const reader = await openNpy(bytesSource(path, readFileSync(path)));
    return reader.readRows(0, reader.shape[0] ?? 0);
  }

  const scoreOf = (image: number, caption: number) => scores[image * CAPTIONS + caption] ?? Number.NaN;

  it('are in the order of all scores, if all captions are compared', async () => {
    for (let image = 0; image < IMAGES; image++) {
      const response = await edge.request(`/v1/images/${image}/captions?limit=${CAPTIONS}`);
      expect(response.headers.get('cache-control')).toBe('public, max-age=60');
      const answer = imageCaptionsSchema.parse(await response.json());
      expect(answer).toMatchObject({ generation, image, compared: CAPTIONS });
      const expected = Array.from({ length: CAPTIONS }, (_, caption) => scoreOf(image, caption));
      // Engines round otherwise: captions of nearly equal scores may change places.
      for (const [rank, score] of expected.toSorted((a, b) => b - a).entries()) {
        expect(answer.captions[rank]?.scores.gsmn).toBeCloseTo(score, 4);
      }
      expect(new Set(answer.captions.map(({ id }) => id)).size).toBe(CAPTIONS);
      for (const caption of answer.captions) {
        expect(caption.scores.gsmn).toBeCloseTo(scoreOf(image, caption.id), 4);
        expect(caption.scores.coarse).toBeCloseTo(cosines(image, caption.id), 5);
        expect([caption.text, caption.image]).toEqual([`caption ${caption.id}`, Math.floor(caption.id / 5)]);
      }
    }
  });

  it('are the best of the shortlist that recall finds', async () => {
    // The shortlist of this model has ten.
    const response = await edge.request('/v1/images/4/captions?from=index&limit=3');
    const answer = imageCaptionsSchema.parse(await response.json());
    const tenth = Array.from({ length: CAPTIONS }, (_, caption) => cosines(4, caption)).toSorted(
      (a, b) => b - a,
    )[9];
    const compared = Array.from({ length: CAPTIONS }, (_, caption) => caption).filter(
      (caption) => cosines(4, caption) > (tenth ?? NaN) - 1e-6,
    );
    expect(answer.compared).toBe(10);
    expect(answer.captions).toHaveLength(3);
    for (const { id, scores: own } of answer.captions) {
      expect(compared).toContain(id);
      expect(own.coarse).toBeGreaterThan((tenth ?? NaN) - 1e-6);
    }
  });

  it('are a command', async () => {
    const parameters = ['index', 'captions', '2', `--index=${project.index}`, '--backend=wasm'];
    const all = await runGsmn([...parameters, '--json', '--shortlist=45', '--limit=3']);
    const best = Array.from({ length: CAPTIONS }, (_, caption) => scoreOf(2, caption)).toSorted(
      (a, b) => b - a,
    );
    const { captions, compared } = JSON.parse(all.stdout) as {
      captions: { gsmn: number }[];
      compared: number;
    };
    expect(compared).toBe(CAPTIONS);
    expect(captions).toHaveLength(3);
    for (const [rank, { gsmn }] of captions.entries()) expect(gsmn).toBeCloseTo(best[rank] ?? NaN, 4);
    const table = await runGsmn(parameters);
    expect(table.stdout).toContain('caption ');
    const none = await runGsmn(['index', 'captions', '9', `--index=${project.index}`, '--backend=wasm']);
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining('no image 9')]);
  });

  it.each([
    ['an image that does not exist', '/v1/images/9/captions', 404, /no image 9; the index has 9/],
    ['an id that is none', '/v1/images/first/captions', 400, /^id: /],
    ['captions of elsewhere', '/v1/images/0/captions?from=web', 400, /^from: /],
    ['an unknown name', '/v1/images/0/captions?limitt=1', 400, /unknown/],
    ['a limit given twice', '/v1/images/0/captions?limit=1&limit=2', 400, /more than once/],
    ['an index that was replaced', '/v1/images/0/captions?generation=0123456789abcdef', 400, /was replaced/],
  ])('refuses %s', async (_, path, status, detail) => {
    const response = await edge.request(path);
    expect(response.status).toBe(status);
    expect(problemSchema.parse(await response.json()).detail).toMatch(detail);
  });

  it('have no other methods', async () => {
    const response = await edge.request('/v1/images/0/captions', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

it('an index without captions that can be compared says so', async () => {
  const service = await startTestService();
  try {
    const edge = edgeOver({ rerank: service.server.url, qdrant: 'http://127.0.0.1:9' });
    const response = await edge.request('/v1/images/0/captions');
    expect(response.status).toBe(404);
    expect(problemSchema.parse(await response.json()).detail).toContain('no captions');
    const direct = await service.post('/v1/captions', { generation: service.tiny.id, image: 0, limit: 5 });
    expect(problemSchema.parse(await direct.json())).toMatchObject({ code: 'not_found' });
  } finally {
    await service.close();
  }
});
