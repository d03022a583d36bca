import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

const { signal } = new AbortController();
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Requests at a gate, which note when they begin, and end when they are told to. */
function requests() {
  const gate = new Gate();
  const began: string[] = [];
  const start = (name: string, kind: 'read' | 'write', by: AbortSignal = signal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ended = gate[kind](by, () => {
      began.push(name);
      return promise;
    });
    return { ended, end: resolve };
  };
  return { gate, began, start };
}

describe('Gate', () => {
  it('lets readers run together and a writer alone, in their order', async () => {
    const { began, start } = requests();
    const readers = [start('a', 'read'), start('b', 'read')];
    const writer = start('w', 'write');
    const late = start('c', 'read');
    await settled();
    expect(began).toEqual(['a', 'b']);
    readers[0]?.end();
    await settled();
    expect(began).toEqual(['a', 'b']);
    readers[1]?.end();
    await settled();
    expect(began).toEqual(['a', 'b', 'w']);
    writer.end();
    await settled();
    expect(began).toEqual(['a', 'b', 'w', 'c']);
    late.end();
    await Promise.all([...readers, writer, late].map(({ ended }) => ended));
  });

  it('lets a waiting writer leave, and readers behind it enter', async () => {
    const { began, start } = requests();
    const reader = start('a', 'read');
    const leaving = new AbortController();
    const writer = start('w', 'write', leaving.signal);
    const behind = start('b', 'read');
    leaving.abort(new Error('gone'));
    await expect(writer.ended).rejects.toThrow('gone');
    await settled();
    expect(began).toEqual(['a', 'b']);
    for (const { end } of [reader, behind]) end();
    await Promise.all([reader.ended, behind.ended]);
  });

  /** A change that is prepared, then waits to be alone, then writes; each step when it is told to. */
  function prepared(gate: Gate, began: string[], by: AbortSignal = signal) {
    const looked = Promise.withResolvers<void>();
    const wrote = Promise.withResolvers<void>();
    const ended = gate.prepare(by, async (alone) => {
      began.push('looks');
      await looked.promise;
      await alone();
      began.push('writes');
      await wrote.promise;
    });
    return { ended, looked: looked.resolve, wrote: wrote.resolve };
  }

  it('lets readers run while a change is prepared, and the change run alone', async () => {
    const { gate, began, start } = requests();
    const early = start('a', 'read');
    const change = prepared(gate, began);
    const writer = start('w', 'write');
    const during = start('b', 'read');
    await settled();
    expect(began).toEqual(['a', 'looks', 'b']);
    change.looked();
    await settled();
    const late = start('c', 'read');
    early.end();
    await settled();
    expect(began).toEqual(['a', 'looks', 'b']);
    during.end();
    await settled();
    expect(began).toEqual(['a', 'looks', 'b', 'writes']);
    change.wrote();
    await settled();
    expect(began).toEqual(['a', 'looks', 'b', 'writes', 'w']);
    writer.end();
    await settled();
    expect(began).toEqual(['a', 'looks', 'b', 'writes', 'w', 'c']);
    late.end();
    await Promise.all([early, change, writer, during, late].map(({ ended }) => ended));
    expect(gate.running).toBe(0);
  });

  it('lets a prepared change leave while it waits to be alone', async () => {
    const { gate, began, start } = requests();
    const reader = start('a', 'read');
    const leaving = new AbortController();
    const change = prepared(gate, began, leaving.signal);
    change.looked();
    await settled();
    const behind = start('b', 'read');
    leaving.abort(new Error('gone'));
    await expect(change.ended).rejects.toThrow('gone');
    await settled();
    expect(began).toEqual(['a', 'looks', 'b']);
    for (const { end } of [reader, behind]) end();
    await Promise.all([reader.ended, behind.ended]);
    expect(gate.running).toBe(0);
  });

  it('opens after work that failed', async () => {
    const gate = new Gate();
    await expect(gate.write(signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await gate.read(signal, async () => 'read')).toBe('read');
    expect(await gate.write(signal, async () => 'written')).toBe('written');
    await expect(gate.read(AbortSignal.abort(new Error('gone')), async () => 'never')).rejects.toThrow(
      'gone',
    );
    expect(await gate.write(signal, async () => 'again')).toBe('again');
  });
});
