import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** Where the test project `webgpu` finds the driver. */
export const SWIFTSHADER_FOLDER = join(import.meta.dirname, '../../.build/swiftshader');

interface SwiftshaderEnvironment extends Record<string, string> {
  readonly LD_LIBRARY_PATH: string;
  readonly VK_ICD_FILENAMES: string;
}

/**
 * Unpacks the software Vulkan driver of the test browser, so that WebGPU runs without a GPU.
 * @returns the environment for a child process: the loader is looked up when a process starts
 */
export function unpackSwiftshader(folder: string): SwiftshaderEnvironment {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packed = join(dirname(main).replace(/\/build(\/.*)?$/, ''), 'bin/swiftshader.tar.br');
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of tarFiles(brotliDecompressSync(readFileSync(packed)))) {
    writeFileSync(join(folder, name), bytes);
  }
  return swiftshaderEnvironment(folder);
}

/** The environment that a process needs at its start to find the unpacked driver. */
export function swiftshaderEnvironment(folder: string): SwiftshaderEnvironment {
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json') };
}

/** Plain files of a tar archive, whose names here have no folders: a header block of 512 bytes, then the contents. */
function tarFiles(archive: Buffer): { name: string; bytes: Buffer }[] {
  const files: { name: string; bytes: Buffer }[] = [];
  for (let offset = 0; offset + 512 <= archive.length && archive[offset] !== 0; ) {
    const text = (start: number, length: number) =>
      archive.toString('latin1', offset + start, offset + start + length).split('\0', 1)[0] ?? '';
    const size = Number.parseInt(text(124, 12), 8);
    const plain = text(156, 1) === '0' || text(156, 1) === '';
    const name = text(0, 100).replace(/^\.\//, '');
    if (plain && !name.includes('/'))
      files.push({ name, bytes: archive.subarray(offset + 512, offset + 512 + size) });
    offset += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}
