import { describe, expect, it } from 'vitest';
import { parseTrainingLog } from './training-log.ts';

const RUN = '{"type":"run","batch_size":64}';
const STEP =
  '{"type":"step","step":1,"epoch":0,"loss":41.5,"lr":0.0002,"gradientNorm":2,"batchSeconds":1,"dataSeconds":0.1,"wallTime":1}';
const VALIDATION =
  '{"type":"validation","step":1,"epoch":0,"r1":1,"r5":2,"r10":3,"medr":4,"meanr":5,"r1i":6,"r5i":7,"r10i":8,"medri":9,"meanri":10,"rsum":27,"wallTime":2}';

describe('parseTrainingLog', () => {
  it('reads every kind of entry in order', () => {
    const { entries, cutLine } = parseTrainingLog(`${RUN}\n${STEP}\r\n${VALIDATION}\n`, 'log.jsonl');
    expect(cutLine).toBeUndefined();
    expect(entries).toEqual([RUN, STEP, VALIDATION].map((line) => JSON.parse(line)));
  });

  it.each([0, 1, 30, STEP.length - 1])('reports a last line that is cut after %i characters', (length) => {
    const log = parseTrainingLog(`${RUN}\n${STEP.slice(0, length)}`, 'log.jsonl');
    expect(log).toEqual({ entries: [JSON.parse(RUN)], cutLine: length === 0 ? undefined : 2 });
  });

  it('accepts a last line that only lacks its newline', () => {
    expect(parseTrainingLog(`${RUN}\n${STEP}`, 'log.jsonl')).toMatchObject({
      entries: [{ type: 'run' }, { type: 'step' }],
      cutLine: undefined,
    });
  });

  it.each<[string, string, RegExp]>([
    ['a cut line within', `${RUN}\n${STEP.slice(0, 30)}\n${STEP}\n`, /^log\.jsonl:2 is not JSON/],
    ['an empty line within', `${RUN}\n\n${STEP}\n`, /^log\.jsonl:2 is not JSON/],
    ['an unknown type', `${RUN}\n{"type":"note"}\n`, /^log\.jsonl:2 is not an entry of a training log/],
    [
      'an unknown type at the end',
      `${RUN}\n{"type":"note"}`,
      /^log\.jsonl:2 is not an entry of a training log/,
    ],
    ['a missing field', `${RUN}\n{"type":"step","step":1}\n`, /^log\.jsonl:2 [\s\S]*loss/],
    ['an unknown field', `${RUN}\n${STEP.replace('"loss"', '"a":1,"loss"')}\n`, /^log\.jsonl:2 [\s\S]*"a"/],
    ['a loss that is not a number', `${RUN}\n${STEP.replace('41.5', 'null')}\n`, /^log\.jsonl:2 [\s\S]*loss/],
    ['a log without an entry of type run', `${STEP}\n`, /^log\.jsonl:1 is of type "step"/],
    ['CR line ends', `${RUN}\r${STEP}\r`, /^log\.jsonl has CR line ends/],
    ['an empty log', '', /^log\.jsonl:1 is missing/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseTrainingLog(text, 'log.jsonl')).toThrow(
      expect.objectContaining({ code: 'format_invalid', message: expect.stringMatching(message) }),
    );
  });
});
