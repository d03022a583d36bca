import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexFolder } from '../index/index-folder.ts';
import { openStorage } from './storage.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };

let folder = '';
let index: IndexFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsmn-storage-'));
  index = new IndexFolder(join(folder, 'index'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("an index's vector database", () => {
  it('is opened once; others use the running one', async () => {
    const first = await openStorage(index, { log });
    const second = await openStorage(index, { log });
    expect(second.url).toBe(first.url);
    await second.store.ensureCollection('things', 3);
    expect(await first.store.listCollections()).toEqual(['things']);
    // The process that only uses it does not end it.
    await second.close();
    expect(await first.store.listCollections()).toEqual(['things']);
    await first.close();
    expect(existsSync(join(index.path, 'qdrant.json'))).toBe(false);
  });

  it('shows its key to its owner only', async () => {
    const storage = await openStorage(index, { log });
    expect(statSync(join(index.path, 'qdrant.json')).mode & 0o077).toBe(0);
    const answer = await fetch(`${storage.url}/collections`);
    expect(answer.status).toBe(401);
    await storage.close();
  });

  it.each([
    ['names an address where nothing listens', '{"url":"http://127.0.0.1:9","apiKey":"x"}'],
    ['is broken', '{'],
  ])('is opened when the file of a killed process %s', async (_, content) => {
    const storage = await openStorage(index, { log });
    await storage.close();
    writeFileSync(join(index.path, 'qdrant.json'), content);
    const again = await openStorage(index, { log });
    expect(await again.store.listCollections()).toEqual([]);
    await again.close();
  });

  it('is the named Qdrant if one is named', async () => {
    const storage = await openStorage(index, { qdrant: 'http://127.0.0.1:9', log });
    expect(storage.url).toBe('http://127.0.0.1:9');
    expect(existsSync(index.path)).toBe(false);
    await storage.close();
  });
});
