import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** A path of the project in a document; NAME stands for any name. */
const PATH = /`((?:batch|shared|workers|infra|test|docs)\/[\w./-]+)`/g;

const documents = [root, join(root, 'docs'), join(root, 'docs/decisions')].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
    .map((name) => join(folder, name)),
);

describe('documents', () => {
  it('name only files and folders that exist', () => {
    const named = documents.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(PATH)].map(([, name = '']) => ({ path, name })),
    );
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter(
      ({ name }) =>
        !name.includes('NAME') && !existsSync(join(root, name)) && !existsSync(join(root, `${name}.ts`)),
    );
    expect(missing.map(({ path, name }) => `${relative(root, path)}: ${name}`)).toEqual([]);
  });
});
