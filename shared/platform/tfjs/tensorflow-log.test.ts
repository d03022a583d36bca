import { describe, expect, it } from 'vitest';
import { aboveLevel } from './tensorflow-log.ts';

const PREAMBLE = 'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n';
const INFORMATION = 'I0000 00:00:1795590638.523034    7121 port.cc:153] custom operations are on\n';
const WARNING = 'W0000 00:00:1795590638.523034    7121 gpu_device.cc:1] skipping devices\n';
const ERROR = 'E0000 00:00:1795590638.523034    7121 cuda.cc:1] cuInit failed\n';

describe("TensorFlow's log while its library is loaded", () => {
  const printed = `${PREAMBLE}${INFORMATION}${WARNING}${ERROR}not of the log`;

  it('keeps lines at the level or above, and lines that are not part of the log', () => {
    expect(aboveLevel(printed, 2)).toBe(`${ERROR}not of the log`);
    expect(aboveLevel(printed, 1)).toBe(`${WARNING}${ERROR}not of the log`);
    expect(aboveLevel(printed, 3)).toBe('not of the log');
  });

  it('keeps everything at level 0', () => {
    expect(aboveLevel(printed, 0)).toBe(printed);
    expect(aboveLevel('', 0)).toBe('');
  });
});
