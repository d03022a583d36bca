import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Admission } from '../../../shared/async/admission.ts';
import { tooSlow } from '../photo-problem.ts';
import type { HeicResult } from './heic-worker.ts';
import type { RgbaPixels } from './tiff-of-pixels.ts';

const PROGRAM = new URL('heic-worker.ts', import.meta.url);
const NEVER = new AbortController().signal;

/**
 * Decodes a HEIC file to upright pixels in the colours of its profile.
 *
 * @param seconds the longest that it may take, without its wait for other files.
 */
export type DecodeHeic = (bytes: Uint8Array, seconds: number) => Promise<RgbaPixels>;

/** Who waits for the answer of a thread. */
interface Waiting {
  readonly done: (answer: HeicResult) => void;
  readonly failed: (error: Error) => void;
}

/**
 * Decodes HEIC files (HEVC, what telephones write) with the optional package `heic-decode` in threads of its own, which
 * start with the first file. The package brings libheif, which is under the LGPL and so never part of this project.
 */
export class HeicDecoder {
  readonly #program: URL;
  readonly #turns: Admission;
  readonly #idle: Worker[] = [];
  /** Threads that decode, each one file. */
  readonly #busy = new Map<Worker, Waiting>();
  #closed = false;

  /** @param program what a thread runs. */
  constructor(threads: number, program = PROGRAM) {
    this.#program = program;
    this.#turns = new Admission(threads, Number.POSITIVE_INFINITY);
  }

  /** Whether the package is installed. */
  static isInstalled(): boolean {
    try {
      createRequire(import.meta.url).resolve('heic-decode');
      return true;
    } catch {
      // Not installed, which is what was asked.
      return false;
    }
  }

  /**
   * Rejects with the decoder's message if the file cannot be decoded, and with the PhotoFault `too_slow` if that takes too long. A
   * thread that dies or is ended fails its file alone.
   */
  readonly decode: DecodeHeic = (bytes, seconds) =>
    this.#turns.run(NEVER, () => this.#decode(bytes, seconds));

  /** Ends the threads. What they are at, and what waits for them, fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#idle.splice(0), ...this.#busy.keys()];
    await Promise.all(threads.map((worker) => worker.terminate()));
  }

  async #decode(bytes: Uint8Array, seconds: number): Promise<RgbaPixels> {
    if (this.#closed) throw new Error('the decoder was closed');
    const worker = this.#idle.pop() ?? this.#start();
    let timer: NodeJS.Timeout | undefined;
    let answer: HeicResult | undefined;
    worker.ref();
    try {
      answer = await new Promise<HeicResult>((done, failed) => {
        this.#busy.set(worker, { done, failed });
        timer = setTimeout(() => failed(tooSlow(seconds)), 1000 * seconds);
        worker.postMessage(bytes);
      });
    } finally {
      clearTimeout(timer);
      this.#busy.delete(worker);
      worker.unref();
      // A thread without an answer is dead or still at its file, and nothing but its end stops it.
      if (answer === undefined || this.#closed) void worker.terminate();
      else this.#idle.push(worker);
    }
    if (answer.pixels === undefined) throw new Error(answer.error);
    return answer.pixels;
  }

  #start(): Worker {
    // libheif prints what is wrong with a file, also on stdout; its errors say the same.
    const worker = new Worker(this.#program, { stdout: true, stderr: true });
    worker.stdout.resume();
    worker.stderr.resume();
    const fail = (reason: string) => this.#busy.get(worker)?.failed(new Error(reason));
    worker.on('message', (answer: HeicResult) => this.#busy.get(worker)?.done(answer));
    worker.on('error', (cause) => fail(`the decoder failed: ${String(cause)}`));
    worker.on('exit', (code) => {
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
      fail(`the decoder ended with code ${code}`);
    });
    return worker;
  }
}
