import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isNeeded, unpackWheel } from './unpack-wheel.ts';

const LIBRARY = 'tensorflow/libtensorflow_cc.so.2';
const HEADER = 'tensorflow/include/tensorflow/c/c_api.h';
const PTXAS = 'nvidia/cuda_nvcc/bin/ptxas';
const bytes = (text: string) => new TextEncoder().encode(text);

describe('unpacking a wheel', () => {
  let folder = '';
  let wheel = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheel-'));
    wheel = join(folder, 'x.whl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const unpack = () => unpackWheel(wheel, join(folder, 'out'), new AbortController().signal);

  it('writes what is needed, deflated or stored, and leaves the rest', async () => {
    const files = {
      [LIBRARY]: bytes('library '.repeat(9000)),
      'tensorflow/python/ops.py': bytes('print()'),
      [PTXAS]: bytes('program'),
    };
    const stored = { [HEADER]: [bytes('header'), { level: 0 }] as [Uint8Array, { level: 0 }] };
    writeFileSync(wheel, zipSync({ ...files, ...stored, 'nvidia/cublas/lib/libcublas.so.12': bytes('') }));
    expect(await unpack()).toBe(8 * 9000 + 7 + 6);
    const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
    expect(read(LIBRARY)).toBe('library '.repeat(9000));
    expect(read(HEADER)).toBe('header');
    expect(read('nvidia/cublas/lib/libcublas.so.12')).toBe('');
    expect(statSync(join(folder, 'out', PTXAS)).mode & 0o111).toBe(0o111);
    expect(existsSync(join(folder, 'out/tensorflow/python'))).toBe(false);
  });

  it.each([0, 6] as const)('refuses bytes that do not match their checksum (level %i)', async (level) => {
    const archive = zipSync({ [LIBRARY]: bytes('abcdefgh'.repeat(40)) }, { level });
    const data = 30 + LIBRARY.length;
    archive[data + 3] = (archive[data + 3] ?? 0) ^ 0x55;
    writeFileSync(wheel, archive);
    await expect(unpack()).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining(LIBRARY),
    });
  });

  it('refuses a truncated wheel, and a path that leads outside', async () => {
    const archive = zipSync({ [LIBRARY]: bytes('abc') });
    writeFileSync(wheel, archive.subarray(0, archive.length - 5));
    await expect(unpack()).rejects.toMatchObject({ code: 'format_invalid' });
    writeFileSync(wheel, zipSync({ 'nvidia/cuda_nvcc/bin/../../../../x': bytes('abc') }));
    await expect(unpack()).rejects.toMatchObject({ code: 'format_invalid' });
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('stops when aborted', async () => {
    writeFileSync(wheel, zipSync({ [LIBRARY]: bytes('abc') }));
    await expect(unpackWheel(wheel, folder, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

describe('the members of a wheel that are needed', () => {
  it.each([
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/include/absl/log/globals.h',
    'tensorflow/include/xla/tsl/c/tsl_status.h',
    'nvidia/cudnn/lib/libcudnn.so.9',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    'nvidia_cublas_cu12-12.9.3.13.dist-info/licenses/License.txt',
  ])('%s', (name) => expect(isNeeded(name)).toBe(true));

  it.each([
    'tensorflow/libtensorflow_cc.so.2.py',
    'tensorflow/include/external/eigen/Eigen/Core.h',
    'tensorflow/include/tensorflow/c/',
    'nvidia/cublas/include/cublas.h',
    'nvidia/cuda_nvcc/bin/',
    'tensorflow-2.21.0.dist-info/RECORD',
  ])('not %s', (name) => expect(isNeeded(name)).toBe(false));
});
