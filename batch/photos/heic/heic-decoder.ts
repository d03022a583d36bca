import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { HeicResult, HeicTask } from './heic-worker.ts';
import type { RgbaPixels } from './tiff-of-pixels.ts';

const PROGRAM = new URL('heic-worker.ts', import.meta.url);

/** Decodes a HEIC file to upright pixels in the colours of its profile. */
export type DecodeHeic = (bytes: Uint8Array) => Promise<RgbaPixels>;

interface Waiting {
  readonly worker: Worker;
  readonly done: (pixels: RgbaPixels) => void;
  readonly failed: (error: Error) => void;
}

/**
 * Decodes HEIC files (HEVC, what telephones write) with the optional package `heic-decode` in threads of its own, which
 * start with the first file. The package brings libheif, which is under the LGPL and so never part of this project.
 */
export class HeicDecoder {
  readonly #threads: number;
  readonly #idle: Worker[] = [];
  readonly #queue: (() => void)[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended = new WeakSet<Worker>();
  #running = 0;
  #nextId = 0;
  #closed = false;

  constructor(threads: number) {
    this.#threads = threads;
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

  /** Rejects with the decoder's message if the file cannot be decoded. A thread that dies fails its file alone. */
  readonly decode: DecodeHeic = async (bytes) => {
    const worker = await this.#take();
    try {
      return await new Promise<RgbaPixels>((done, failed) => {
        const id = this.#nextId++;
        this.#waiting.set(id, { worker, done, failed });
        worker.ref();
        worker.postMessage({ id, bytes } satisfies HeicTask);
      });
    } finally {
      this.#giveBack(worker);
    }
  };

  /** Ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  async #take(): Promise<Worker> {
    if (this.#running < this.#threads) this.#running++;
    // The place passes from one file to the next.
    else await new Promise<void>((turn) => this.#queue.push(turn));
    return this.#idle.pop() ?? this.#start();
  }

  #giveBack(worker: Worker): void {
    worker.unref();
    if (this.#closed) void worker.terminate();
    else if (!this.#ended.has(worker)) this.#idle.push(worker);
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next();
  }

  #start(): Worker {
    // libheif prints what is wrong with a file, also on stdout; its errors say the same.
    const worker = new Worker(PROGRAM, { stdout: true, stderr: true });
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on('message', ({ id, pixels, error }: HeicResult) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (pixels !== undefined) waiting?.done(pixels);
      else waiting?.failed(new Error(error));
    });
    const end = (reason: string): void => {
      this.#ended.add(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
      for (const [id, waiting] of this.#waiting) {
        if (waiting.worker !== worker) continue;
        this.#waiting.delete(id);
        waiting.failed(new Error(reason));
      }
    };
    worker.on('error', (cause) => end(`the decoder failed: ${String(cause)}`));
    worker.on('exit', (code) => end(`the decoder ended with code ${code}`));
    return worker;
  }
}
