import { toAppError } from '../../../shared/errors/index.ts';
import { matchSchema, stageSchema } from '../../../shared/schema/index.ts';
import { digest } from '../http/digest.ts';
import type { Log } from '../http/edge-env.ts';
import type { KeptAnswer } from './kept-answer.ts';

/** The part of the Cache API that is used. */
export interface AnswerStore {
  match(address: string): Promise<Response | undefined>;
  put(address: string, answer: Response): Promise<void>;
}

export interface ColoAnswersOptions {
  readonly store: AnswerStore;
  /** The version of the worker that is deployed: another one may answer otherwise. */
  readonly deployment: string;
  readonly log: Log;
}

/** How long an answer is kept. Its generation names it, so it never becomes wrong, only useless. */
const KEPT_SECONDS = 3600;
const HEADER = {
  generation: 'x-generation',
  stage: 'x-search-stage',
  match: 'x-match',
  hits: 'x-hits',
} as const;

/** Answers that all isolates of a data centre share, by the Cache API. A store that fails is not asked again. */
export class ColoAnswers {
  readonly #options: ColoAnswersOptions;
  #works = true;

  constructor(options: ColoAnswersOptions) {
    this.#options = options;
  }

  /** False once the store has failed: some runtimes have the API, and no store behind it. */
  get works(): boolean {
    return this.#works;
  }

  async get(generation: string, key: string): Promise<KeptAnswer | undefined> {
    return this.#attempt(async () => {
      const response = await this.#options.store.match(await this.#address(generation, key));
      const stage = stageSchema.safeParse(response?.headers.get(HEADER.stage));
      if (response === undefined || !stage.success || response.headers.get(HEADER.generation) !== generation)
        return undefined;
      return {
        generation,
        stage: stage.data,
        match: matchSchema.safeParse(response.headers.get(HEADER.match)).data,
        hits: Number(response.headers.get(HEADER.hits)),
        rest: new Uint8Array(await response.arrayBuffer()),
      };
    });
  }

  async set(key: string, { generation, stage, match, hits, rest }: KeptAnswer): Promise<void> {
    await this.#attempt(async () => {
      const headers = {
        'content-type': 'application/octet-stream',
        'cache-control': `public, max-age=${KEPT_SECONDS}`,
        // To purge all answers of a generation by hand.
        'cache-tag': `gsmn-${generation}`,
        [HEADER.generation]: generation,
        [HEADER.stage]: stage,
        [HEADER.hits]: String(hits),
        ...(match === undefined ? {} : { [HEADER.match]: match }),
      };
      await this.#options.store.put(await this.#address(generation, key), new Response(rest, { headers }));
    });
  }

  /** Nobody can ask for it from outside: the name ends in no domain. */
  async #address(generation: string, key: string): Promise<string> {
    const { deployment } = this.#options;
    return `https://answers.invalid/${generation}/${await digest(JSON.stringify([deployment, key]), 32)}`;
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!this.#works) return undefined;
    try {
      return await work();
    } catch (thrown) {
      if (this.#works) {
        const { code, message } = toAppError(thrown);
        this.#options.log({
          level: 'info',
          message: `answers are kept in this isolate alone: ${message}`,
          code,
        });
      }
      this.#works = false;
      return undefined;
    }
  }
}
