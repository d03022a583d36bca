import type { Context } from 'hono';
import { withDeadline } from '../../../shared/async/deadline.ts';
import { AppError } from '../../../shared/errors/index.ts';
import { answered, type LocalEnv } from '../http/envelope.ts';
import { printJson } from '../http/json.ts';
import { type RequestKind, readParameters } from '../http/parameters.ts';
import { printAnswer } from '../http/print-answer.ts';
import type { Gate } from '../scheduling/gate.ts';
import { Slices } from '../scheduling/slices.ts';

type Work = (slices: Slices) => unknown;
/** Work that prepares a change, calls `alone`, and then makes it. */
type PreparedWork = (slices: Slices, alone: () => Promise<void>) => Promise<number>;

/** Runs the work of requests in their turn and within their time, and answers with its result. */
export class Turns {
  readonly #gate: Gate;
  readonly #timeoutMs: number;

  constructor(gate: Gate, timeoutMs: number) {
    this.#gate = gate;
    this.#timeoutMs = timeoutMs;
  }

  /** Reads points. The state of the store stays the same until the work ends. */
  read(context: Context<LocalEnv>, work: Work): Promise<Response> {
    return this.#run('read', context, work);
  }

  /** Describes collections and aliases. */
  describe(context: Context<LocalEnv>, work: Work): Promise<Response> {
    return this.#run('describe', context, work);
  }

  /** Changes collections and aliases. */
  arrange(context: Context<LocalEnv>, work: Work): Promise<Response> {
    return this.#run('arrange', context, work);
  }

  /**
   * Changes points, payloads or payload indexes; the work returns the number of the change. Every change is on disk and
   * visible before the response. A caller that did not wait gets the same status as from Qdrant.
   */
  change(context: Context<LocalEnv>, work: (slices: Slices) => number | Promise<number>): Promise<Response> {
    return this.#run('change', context, async (slices) => changed(context, await work(slices)));
  }

  /** The same for a change that must first look at points. Others may read meanwhile, until the work calls `alone`. */
  preparedChange(context: Context<LocalEnv>, work: PreparedWork): Promise<Response> {
    return this.#within('change', context, async (signal) =>
      printJson(
        changed(context, await this.#gate.prepare(signal, (alone) => work(new Slices(signal), alone))),
      ),
    );
  }

  #run(kind: RequestKind, context: Context<LocalEnv>, work: Work): Promise<Response> {
    const turn = kind === 'read' || kind === 'describe' ? 'read' : 'write';
    return this.#within(kind, context, (signal) =>
      this.#gate[turn](signal, async () => {
        const slices = new Slices(signal);
        return printAnswer(await work(slices), slices);
      }),
    );
  }

  async #within(
    kind: RequestKind,
    context: Context<LocalEnv>,
    work: (signal: AbortSignal) => Promise<string>,
  ): Promise<Response> {
    const { timeout } = readParameters(context, kind);
    const timeoutMs = timeout === undefined ? this.#timeoutMs : timeout * 1000;
    const deadline = {
      timeoutMs,
      caller: context.req.raw.signal,
      timeout: () =>
        new AppError('timeout', `Operation timed out after ${timeoutMs / 1000} seconds`, {
          hint: 'Ask for less, or pass a longer timeout.',
        }),
      cancelled: () => new AppError('cancelled', 'the caller left'),
    };
    return answered(context, await withDeadline(deadline, work));
  }
}

function changed(context: Context<LocalEnv>, operation_id: number) {
  return { operation_id, status: context.req.query('wait') === 'true' ? 'completed' : 'acknowledged' };
}
