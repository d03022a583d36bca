import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { writeModel } from '../../batch/model/load-model.ts';
import { silentReport } from '../../batch/report.ts';
import { evaluateIndex } from '../../batch/search/evaluation/evaluate-index.ts';
import { type IndexAnswer, searchIndex } from '../../batch/search/search-index.ts';
import { createModel } from '../../shared/generation/index.ts';
import type { Calibration } from '../../shared/schema/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const IMAGES = 23;
const curve = {
  intercept: 0.2,
  score: 0.7,
  unknownShare: -9,
  anyUnknown: -1,
  growth: 1,
  weak: 0.3,
  none: 0.05,
};
const curves = { short: curve, long: { ...curve, intercept: 0.1 } };
const CALIBRATION: Calibration = { images: IMAGES, rerank: curves, recall: curves };
const QUERIES = ['a dog on grass', 'cat', 'a dog runs on a cat', 'zebroid wok'];

describe('an index whose model is calibrated', () => {
  let project: SmallProject;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  let model = '';
  let index: IndexFolder;
  const file = (name: string) => join(project.data, '..', name);
  const signal = new AbortController().signal;

  const build = async (path: string): Promise<IndexFolder> => {
    await buildIndex(
      { index: path, data: project.data, checkpoint: model, split: 'test', backend: 'simd', store },
      silentReport,
    );
    return new IndexFolder(path);
  };
  const ask = (of: IndexFolder, query: string, fuse = true, limit = IMAGES): Promise<IndexAnswer> =>
    searchIndex({
      index: of,
      backend: 'simd',
      query,
      limit,
      exhaustive: !fuse,
      understand: true,
      collapse: false,
      fuse,
      memoryBytes: 2 ** 26,
      signal,
    });
  const evaluate = (queries: string) =>
    evaluateIndex(
      { index, backend: 'simd', memoryBytes: 2 ** 26, signal, queries, understand: true },
      silentReport,
    );
  const written = (name: string, lines: readonly object[]): string => {
    writeFileSync(file(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file(name);
  };

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    const { prepared } = project;
    const ranking = { ...prepared.ranking, calibration: CALIBRATION };
    model = file('calibrated');
    await writeModel(await createModel({ ...prepared, ranking }), model);
    database = await startQdrantLocal({ path: file('qdrant.sqlite'), port: 0 });
    store = createQdrantStore({ url: database.url });
    index = await build(file('with-captions'));
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  it('gives hits a relevance in their order, and the answer a match', async () => {
    const { hits, match } = await ask(index, 'a dog on grass');
    const own = hits.map(({ relevance = Number.NaN }) => relevance);
    expect(own).toEqual(own.toSorted((a, b) => b - a));
    expect(own.every((value) => value >= 0 && value <= 1)).toBe(true);
    const [best = Number.NaN] = own;
    expect(match).toBe(best < 0.05 ? 'none' : best < 0.3 ? 'weak' : 'good');
    expect((await ask(index, 'zebroid wok')).match).toBe('none');
  });

  it("has neither where GSMN's score alone counts", async () => {
    const { hits, match } = await ask(index, 'a dog on grass', false);
    expect(match).toBeUndefined();
    expect(hits[0]?.relevance).toBeUndefined();
  });

  it('measures the order, the match and the relevance that a search answers with, of its shortlist', async () => {
    const { ranking } = await index.manifest((await index.requireActive()).generation);
    expect(ranking.shortlist).toBeLessThan(IMAGES);
    const answers = await Promise.all(QUERIES.map((query) => ask(index, query, true, ranking.shortlist)));
    const relevant = answers.map(({ hits }, at) => (at === 3 ? [] : [hits[at]?.image.name ?? '']));
    const path = written(
      'queries.jsonl',
      QUERIES.map((query, at) => ({ query, relevant: relevant[at], kind: at === 3 ? 'absent' : 'found' })),
    );
    const { figures, queries } = await evaluate(path);
    const [found, absent] = figures;
    expect(found).toMatchObject({ kind: 'found', queries: 3 });
    // The first, the second and the third image were called relevant.
    expect(found?.stages?.fused.hit1.mean).toBeCloseTo(1 / 3, 10);
    expect(found?.stages?.fused.reciprocalRank.mean).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 10);
    expect(absent).toMatchObject({ kind: 'absent', queries: 1, stages: undefined });
    expect(absent?.none?.mean).toBe(1);
    for (const [at, { hits, match }] of answers.entries()) {
      const { orders, match: measured } = queries[at] as (typeof queries)[number];
      expect(measured).toBe(match);
      expect(orders.fused.map(({ id }) => id)).toEqual(hits.map(({ id }) => id));
      expect(orders.recall.map(({ coarse }) => coarse)).toEqual(
        hits.map(({ coarse }) => coarse).sort((a, b) => b - a),
      );
      expect(orders.rerank.map(({ gsmn }) => gsmn)).toEqual(
        hits.map(({ gsmn = Number.NaN }) => gsmn).sort((a, b) => b - a),
      );
    }
  });

  it('takes ids and captions for names', async () => {
    const { hits } = await ask(index, 'cat');
    const [first, second] = hits;
    const caption = second?.image.captions[0] ?? '';
    const lines = [
      { query: 'cat', relevant: [first?.id] },
      { query: 'cat', captions: [caption] },
    ];
    const { queries } = await evaluate(written('ids.jsonl', lines));
    expect([...(queries[0]?.relevant ?? [])]).toEqual([first?.id]);
    expect(queries[1]?.relevant).toContain(second?.id);
  });

  it.each([
    ['an image that the index lacks', { query: 'cat', relevant: ['nowhere.png'] }, 'not_found'],
    ['an id that the index lacks', { query: 'cat', relevant: [IMAGES] }, 'not_found'],
    ['a caption that the index lacks', { query: 'cat', captions: ['nobody wrote this'] }, 'not_found'],
    ['neither images nor captions', { query: 'cat' }, 'format_invalid'],
    ['an unknown field', { query: 'cat', relevant: [], relevent: [] }, 'format_invalid'],
  ])('refuses %s and names the line', async (_, line, code) => {
    const path = written('wrong.jsonl', [{ query: 'cat', relevant: [0] }, line]);
    await expect(evaluate(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('wrong.jsonl:2'),
    });
  });

  it('names a query that cannot be searched', async () => {
    const path = written('long.jsonl', [
      { query: 'cat', relevant: [0] },
      { query: 'dog '.repeat(63), relevant: [] },
    ]);
    await expect(evaluate(path)).rejects.toMatchObject({
      code: 'query_too_long',
      message: expect.stringMatching(/long\.jsonl: "dog dog .*…": the query has 63 words/) as string,
    });
  });

  it('writes a report, a diagram and figures from the command line', async () => {
    const path = written('report.jsonl', [
      { query: 'a dog on grass <b>', relevant: [3] },
      { query: 'zebroid wok', relevant: [], kind: 'absent' },
    ]);
    const [html, svg] = [file('report'), file('reliability.svg')];
    const run = [
      'index',
      'evaluate',
      '--index',
      index.path,
      '--queries',
      path,
      '--backend',
      'simd',
      '--json',
    ];
    const { code, stdout, stderr } = await runGsmn([...run, '--html', html, '--reliability', svg]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      images: IMAGES,
      figures: [{ kind: 'all' }, { kind: 'absent' }],
    });
    const page = readFileSync(join(html, 'index.html'), 'utf8');
    expect(page).toContain('a dog on grass &lt;b&gt;');
    expect(page).not.toContain('<b>');
    expect(readFileSync(join(html, 'queries.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
  });

  it('prints a table, whatever the kinds are called', async () => {
    const path = written('kinds.jsonl', [{ query: 'cat', relevant: [0], kind: 'a|b\nc' }]);
    const args = ['index', 'evaluate', '--index', index.path, '--queries', path, '--backend', 'simd'];
    const { code, stdout, stderr } = await runGsmn(args);
    expect(code, stderr).toBe(0);
    const [head = '', , ...rows] = stdout.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(row.startsWith('| a\\|b c | 1 | ')).toBe(true);
      expect(row.split(/(?<!\\)\|/)).toHaveLength(head.split('|').length);
    }
  });

  it('is measured with the queries that a study writes of its captions, but those that cannot be searched', async () => {
    const captions = readFileSync(join(project.data, 'test_caps.txt'), 'utf8').split('\n');
    // Every caption of the first image, and the first one of the second.
    for (let at = 0; at <= 5; at++) captions[at] = at % 2 === 0 ? 'without a dog' : 'dog '.repeat(70).trim();
    writeFileSync(join(project.data, 'test_caps.txt'), captions.join('\n'));
    const odd = await build(file('with-odd-captions'));
    const out = file('study.jsonl');
    const args = ['study', 'queries', '--index', odd.path, '--backend', 'simd', '--out', out];
    const { code, stderr } = await runGsmn(args);
    expect(code, stderr).toBe(0);
    const { figures } = await evaluateIndex(
      { index: odd, backend: 'simd', memoryBytes: 2 ** 26, signal, queries: out, understand: true },
      silentReport,
    );
    expect(figures.find(({ kind }) => kind === 'caption')?.queries).toBe(IMAGES - 1);
  });

  it('answers the same without the captions of the searched images', async () => {
    const before = await Promise.all(QUERIES.map((query) => ask(index, query)));
    for (const name of ['caps.txt', 'precaps_stan.txt', 'caps.json']) {
      rmSync(join(project.data, `test_${name}`));
    }
    const bare = await build(file('without-captions'));
    for (const [at, query] of QUERIES.entries()) {
      const { hits, match } = await ask(bare, query);
      expect(hits[0]?.image.captions).toEqual([]);
      const own = ({ id, score, relevance }: IndexAnswer['hits'][number]) => ({ id, score, relevance });
      expect(hits.map(own)).toEqual(before[at]?.hits.map(own));
      expect(match).toBe(before[at]?.match);
    }
  });
});
