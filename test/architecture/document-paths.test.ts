import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** A path of the project in a document; NAME stands for any name. */
const PATH = /`((?:batch|shared|workers|infra|test|docs)\/[\w./-]+)`/g;

/** A folder in the table of a README, relative to that README: `| \`box/\`, \`results/\` |`. */
const FOLDER = /`([\w/-]+\/)`(?=[^|\n]*\|)/g;

const inFolder = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
    .map((name) => join(folder, name));
const readmes = globSync('workers/**/README.md', { cwd: root }).map((path) => join(root, path));
const documents = [...[root, join(root, 'docs'), join(root, 'docs/decisions')].flatMap(inFolder), ...readmes];

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

  it('of workers list only folders that exist', () => {
    const listed = readmes.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(FOLDER)].map(([, name = '']) => join(dirname(path), name)),
    );
    expect(listed.length).toBeGreaterThan(5);
    expect(listed.filter((path) => !existsSync(path)).map((path) => relative(root, path))).toEqual([]);
  });
});
