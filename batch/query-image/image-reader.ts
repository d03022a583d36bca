import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Admission } from '../../shared/async/admission.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ProblemCode } from '../photos/photo-problem.ts';
import type { PhotoLimits } from '../photos/read/photo-limits.ts';
import type { DescriberName, ImageDescription } from './image-describer.ts';
import type { ImageAnswer, ImageTask } from './image-process.ts';

/**
 * What an image that somebody searches with may cost. Chosen: photographs of telephones pass, and decoding takes 4 bytes a pixel. The
 * bytes are limited by who takes the file.
 */
const QUERY_IMAGE_LIMITS: PhotoLimits = { bytes: Number.POSITIVE_INFINITY, pixels: 50e6, seconds: 5 };

/** The process is ended when it has been at a file for this many times the limit of decoding. Chosen: describing comes after it. */
const PATIENCE = 2;
/** How long the process stays without files, in milliseconds. Chosen: people who search with one image often search with more. */
const IDLE_MS = 60_000;

const PROGRAM = fileURLToPath(new URL('image-process.ts', import.meta.url));

export interface ImageReaderOptions {
  readonly describer: DescriberName;
  readonly limits?: PhotoLimits | undefined;
  readonly idleMs?: number | undefined;
  /** What the process runs. */
  readonly program?: string | undefined;
}

interface Running {
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;
  /** Who waits for its next answer. */
  asked: PromiseWithResolvers<ImageAnswer> | undefined;
}

/**
 * Describes image files in a process, one after the other. It starts with the first file, ends when there was none for a while, and is
 * started again after it died.
 */
export class ImageReader {
  readonly #options: ImageReaderOptions;
  readonly #limits: PhotoLimits;
  readonly #turns = new Admission(1, Number.POSITIVE_INFINITY);
  #running: Running | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ImageReaderOptions) {
    this.#options = options;
    this.#limits = options.limits ?? QUERY_IMAGE_LIMITS;
  }

  /**
   * @throws AppError `image_invalid`, `request_too_large`; of what describes; `internal` if the process dies; `cancelled` after `close`; the
   *   signal's reason while it waits for its turn.
   */
  describe(file: Uint8Array, signal: AbortSignal): Promise<ImageDescription> {
    return this.#turns.run(signal, async () => {
      clearTimeout(this.#idle);
      try {
        return await this.#describe(file);
      } finally {
        this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs ?? IDLE_MS);
        this.#idle.unref();
      }
    });
  }

  /** Ends the process. What it is at fails. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#end();
  }

  async #describe(file: Uint8Array): Promise<ImageDescription> {
    const running = this.#running ?? (await this.#start());
    const answer = await this.#ask(running, { file }, PATIENCE * this.#limits.seconds * 1000);
    if ('description' in answer) return answer.description;
    throw 'fault' in answer ? this.#refusal(answer.fault) : errorOf(answer);
  }

  async #start(): Promise<Running> {
    if (this.#closed) throw closed();
    const child = fork(this.#options.program ?? PROGRAM, {
      serialization: 'advanced',
      // As this process was started: an installed package has its types removed by a module that is loaded first.
      execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
    });
    const gone = Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => {});
    const running: Running = { child, gone, asked: undefined };
    this.#running = running;
    const lost = (cause: unknown): void => {
      if (this.#running === running) this.#running = undefined;
      running.asked?.reject(
        this.#closed
          ? closed()
          : new AppError('internal', `the process that reads images died: ${String(cause)}`, {
              hint: 'the machine may have too little memory for it',
            }),
      );
    };
    child.on('message', (answer: ImageAnswer) => running.asked?.resolve(answer));
    child.on('error', lost);
    child.on('exit', (code, signal) => lost(`it ended by ${signal ?? `code ${code}`}`));
    const { describer } = this.#options;
    const answer = await this.#ask(running, { describer, limits: this.#limits });
    if ('ready' in answer) return running;
    await this.#end();
    throw errorOf(answer);
  }

  async #ask(running: Running, task: ImageTask, withinMs?: number): Promise<ImageAnswer> {
    const asked = Promise.withResolvers<ImageAnswer>();
    running.asked = asked;
    const late =
      withinMs === undefined
        ? undefined
        : setTimeout(() => {
            asked.resolve({ fault: 'too_slow' });
            void this.#end();
          }, withinMs);
    // Without a receiver the process is gone, which its exit tells.
    running.child.send(task, () => {});
    try {
      return await asked.promise;
    } finally {
      clearTimeout(late);
      running.asked = undefined;
    }
  }

  /** It holds nothing that is not lost anyway, and may be deep in a decoder. */
  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.child.kill('SIGKILL');
    await running?.gone;
  }

  #refusal(code: ProblemCode): AppError {
    if (code === 'too_many_pixels') {
      return new AppError(
        'request_too_large',
        `The image has more than ${this.#limits.pixels / 1e6} megapixels, or is too long and narrow.`,
        { hint: 'Send it smaller: a side of 1000 pixels is enough.' },
      );
    }
    return new AppError('image_invalid', REFUSALS[code] ?? 'The image cannot be read.', {
      hint: 'Send it as JPEG, PNG or WebP.',
    });
  }
}

const REFUSALS: Partial<Record<ProblemCode, string>> = {
  empty: 'There is no image: the file is empty.',
  not_an_image: 'The file is no image that can be read here.',
  damaged: 'The image is truncated or damaged.',
  too_slow: 'Decoding the image took too long.',
  decoder_missing: 'HEIC images cannot be read here.',
};

function errorOf(answer: ImageAnswer): AppError {
  if (!('error' in answer))
    return new AppError('internal', 'the process that reads images answered something else');
  const { code, message, hint } = answer.error;
  return new AppError(code, message, { hint });
}

function closed(): AppError {
  return new AppError('cancelled', 'what reads images was closed');
}
