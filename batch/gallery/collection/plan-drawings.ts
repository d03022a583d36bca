import { type CaptionsTask, type DrawingCaptions, drawingCaptions } from './drawing-captions.ts';
import { inWorkers } from './in-workers.ts';
import { type DrawingUnit, type GallerySplit, planSplit, usualCount } from './plan.ts';

const WORKER = new URL('./captions-worker.ts', import.meta.url);
/** Drawings of a task: few enough to distribute the work evenly. */
const STEP = 50;

export interface PlanRequest {
  readonly split: GallerySplit;
  readonly count: number;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
}

/** The drawings of a split. */
export interface DrawingPlan {
  readonly units: readonly DrawingUnit[];
  /** Captions of the usual `train` split; empty for `train` itself. */
  readonly training: ReadonlySet<string> | undefined;
}

/**
 * Plans a split so that no two of its images have the same five captions and none has those of an image in the usual
 * `train` split of the same seed.
 *
 * @throws AppError `argument_invalid`, `internal`, `cancelled`.
 */
export async function planDrawings(request: PlanRequest): Promise<DrawingPlan> {
  const taken = new TakenCaptions();
  if (request.split === 'train') return { units: await planApart(request, taken), training: undefined };
  await planApart({ ...request, split: 'train', count: usualCount('train') }, taken);
  const training = new Set(taken.captions);
  return { units: await planApart(request, taken), training };
}

/** The drawings of a split without the captions of those accepted before; they are accepted, too. */
async function planApart(
  { split, count, seed, threads, signal }: PlanRequest,
  taken: TakenCaptions,
): Promise<DrawingUnit[]> {
  const known = new Map<number, DrawingCaptions['images']>();
  const likely = planSplit(split, count, seed, () => true);
  const tasks = Array.from({ length: Math.ceil(likely.length / STEP) }, (_, index) =>
    likely.slice(index * STEP, (index + 1) * STEP),
  );
  await inWorkers<CaptionsTask, DrawingCaptions[]>(tasks, { module: WORKER, threads, signal }, (found) => {
    for (const drawing of found) known.set(drawing.seed, drawing.images);
  });
  return planSplit(split, count, seed, (kind, drawing) =>
    taken.take(known.get(drawing) ?? drawingCaptions(kind, drawing)),
  );
}

/** The captions of the accepted images, so that no two images have all their captions in common. */
export class TakenCaptions {
  /** Every caption. */
  readonly captions = new Set<string>();
  readonly #images = new Set<string>();

  /** Accepts images unless one has the same captions as another one or an accepted one; returns whether. */
  take(images: readonly (readonly string[])[]): boolean {
    const keys = new Set(images.map((captions) => captions.toSorted().join('\n')));
    if (keys.size < images.length || [...keys].some((key) => this.#images.has(key))) return false;
    for (const key of keys) this.#images.add(key);
    for (const caption of images.flat()) this.captions.add(caption);
    return true;
  }
}
