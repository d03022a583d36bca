import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { SWIFTSHADER_FOLDER, unpackSwiftshader } from './swiftshader.ts';

/** Unpacks the driver once: aside and then renamed, so that simultaneous runs do not interfere. */
export function setup(): void {
  if (existsSync(SWIFTSHADER_FOLDER)) return;
  mkdirSync(dirname(SWIFTSHADER_FOLDER), { recursive: true });
  const folder = mkdtempSync(`${SWIFTSHADER_FOLDER}-`);
  try {
    unpackSwiftshader(folder);
    renameSync(folder, SWIFTSHADER_FOLDER);
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(SWIFTSHADER_FOLDER)) throw thrown;
  }
}
