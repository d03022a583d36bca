import { AppError } from '../errors/index.ts';
import type { CoarseVectorReader } from '../generation/coarse-vectors.ts';
import type { AlikeGroups } from '../generation/image-payloads.ts';
import type { Matcher } from '../model/index.ts';
import type { SparseVector } from '../model/sparse-vector.ts';
import { BestScores } from '../retrieval/best-scores.ts';
import {
  CaptionScorer,
  type CaptionTermReader,
  captionScores,
} from '../retrieval/caption-words/caption-scores.ts';
import { fusedScore, recallScore } from '../retrieval/fusion.ts';
import { innerProduct, innerProducts } from '../retrieval/inner-products.ts';
import type { ImagePayload, PackedEvidence, Ranking } from '../schema/index.ts';
import { collapseAlike } from './collapse-alike.ts';
import type { ImageStore } from './images/image-store.ts';
import type { LocalQuery } from './local-query-encoder.ts';
import type { CombinedQuery, RankedImage, RankedPage, SearchCall } from './ports.ts';
import { type BatchHooks, type ScanListener, ScoreBatches } from './score-batches.ts';
import { type EvidenceLimit, packEvidence } from './word-evidence.ts';

/** The parts of a ranker, all of one generation. */
export interface RankerParts {
  readonly generation: string;
  readonly ranking: Pick<Ranking, 'coarseWeight' | 'captionWeight'>;
  readonly matcher: Matcher;
  readonly images: ImageStore;
  /** Coarse vectors of the images; without them every candidate must have its cosine. */
  readonly vectors?: CoarseVectorReader | undefined;
  /** The terms of the images' captions, if these are searched. */
  readonly terms?: CaptionTermReader | undefined;
  /** Payloads of the images, if the generation has them. */
  readonly payloads?:
    | { readonly alike: AlikeGroups; read(ids: readonly number[]): Promise<readonly ImagePayload[]> }
    | undefined;
}

export interface RankerLimits {
  /** Maximum images of a generation for comparing all of them; 0 refuses this. */
  readonly exhaustiveImages: number;
  readonly evidence: EvidenceLimit;
}

export interface RankerHooks extends BatchHooks {
  readonly onEvidence?: ((seconds: number) => void) | undefined;
  /** Called with errors of making evidence. */
  readonly onEvidenceFault?: ((thrown: unknown) => void) | undefined;
}

/** An image to compare; a missing cosine is computed. */
export interface LocalCandidate {
  readonly id: number;
  readonly coarse: number | null;
}

/** A sentence that images are compared with. */
type RankedCaption = Pick<LocalQuery, 'caption' | 'searched'>;

/** Several sentences that images are compared with; their coarse vector is a common one. */
export interface LocalCombination extends Pick<CombinedQuery, 'length'> {
  readonly sentences: readonly (RankedCaption & { readonly share: number })[];
}

export interface LocalRankRequest {
  readonly query: RankedCaption &
    Pick<LocalQuery, 'coarse'> & {
      /** Compared instead of the caption. */
      readonly combined?: LocalCombination | undefined;
    };
  readonly candidates: readonly LocalCandidate[] | 'all';
  /** What captions are searched for; by default they play no part. */
  readonly captions?: SparseVector | undefined;
  readonly offset: number;
  readonly limit: number;
  /** Deadline for evidence, as `performance.now()`; late evidence is left out. No deadline by default. */
  readonly evidenceUntil?: number | undefined;
  /** False skips evidence. */
  readonly evidence?: boolean | undefined;
  /** Images that look alike become one before the page is cut; false by default. */
  readonly collapse?: boolean | undefined;
  /** False leaves the coarse cosine out of the score. */
  readonly fuse?: boolean | undefined;
}

/** Images in one step of making evidence: a few milliseconds. */
const EVIDENCE_STEP = 8;
/** Vectors that are read at a time. */
const VECTOR_READS = 64;
const NO_ABORT = new AbortController().signal;

/**
 * Ranks images of one generation in this process: GSMN scores fused with coarse cosines, and with how well captions fit if they are searched, then evidence and payloads for the page.
 * Only here are these scores combined.
 */
export class LocalRanker {
  readonly #parts: RankerParts;
  readonly #limits: RankerLimits;
  readonly #hooks: RankerHooks;
  readonly #batches: ScoreBatches;

  constructor(parts: RankerParts, limits: RankerLimits, hooks: RankerHooks = {}) {
    this.#parts = parts;
    this.#limits = limits;
    this.#hooks = hooks;
    this.#batches = new ScoreBatches(parts.matcher, parts.images, hooks);
  }

  /**
   * A page of the ranked images; equal scores keep the order of the candidates, or for all images the order of
   * ordinals.
   *
   * @throws AppError `request_invalid` for candidates that do not exist or are repeated; `request_too_large` for all images of a large
   *   generation; `generation_incomplete` without the required vectors; the errors of reading images; the signal's reason.
   */
  async rank(
    request: LocalRankRequest,
    { signal = NO_ABORT }: Pick<SearchCall, 'signal'> = {},
  ): Promise<Omit<RankedPage, 'active'>> {
    const { candidates, offset, limit } = request;
    const began = performance.now();
    const ranked =
      candidates === 'all'
        ? await this.#rankAll(request, signal)
        : await this.#rankCandidates(request, candidates, signal);
    const different = this.#collapsed(ranked, request);
    const page = different.slice(offset, offset + limit);
    const ids = page.map(({ id }) => id);
    const withPayload = await this.#payloads(page);
    const compared = performance.now();
    const wanted = request.evidence === false ? [] : ids;
    const captions = captionsOf(request.query);
    const evidence: PackedEvidence[][] = [];
    let state: RankedPage['evidence'] = 'complete';
    for (const caption of captions) {
      const made = await this.#evidence(request, caption, wanted, signal);
      evidence.push(made.evidence);
      if (state === 'complete') state = made.state;
    }
    const took = { match: compared - began, evidence: performance.now() - compared };
    this.#hooks.onEvidence?.(took.evidence / 1000);
    return {
      backend: this.#parts.matcher.backend,
      compared: candidates === 'all' ? this.#parts.images.count : candidates.length,
      evidence: state,
      // Relevance is fitted to scores of pixels.
      best: ranked[0]?.captions ? undefined : ranked[0]?.score,
      total: candidates === 'all' ? this.#allDifferent(request) : different.length,
      took,
      images: page.map((image, place) => ({
        ...withPayload(image),
        ...withEvidence(
          image,
          evidence.map((one) => one[place]),
        ),
      })),
    };
  }

  #collapsed(ranked: readonly RankedImage[], { collapse }: LocalRankRequest): readonly RankedImage[] {
    const groups = this.#parts.payloads?.alike;
    return collapse && groups?.size ? collapseAlike(ranked, ({ id }) => groups.get(id)) : ranked;
  }

  /** Images of the generation; those that look alike are one if they are collapsed. */
  #allDifferent({ collapse }: LocalRankRequest): number {
    const { images, payloads } = this.#parts;
    const groups = collapse ? payloads?.alike : undefined;
    return groups === undefined ? images.count : images.count - groups.size + new Set(groups.values()).size;
  }

  /** Reads the payloads of a page and of the images that its images stand for. */
  async #payloads(page: readonly RankedImage[]): Promise<(image: RankedImage) => RankedImage> {
    const ids = page.flatMap(({ id, alike }) => [id, ...(alike?.images.map((other) => other.id) ?? [])]);
    const read = await this.#parts.payloads?.read(ids);
    const payloads = new Map(read?.map((payload, place) => [ids[place], payload]));
    const withPayload = ({ alike, ...image }: RankedImage): RankedImage => {
      const payload = payloads.get(image.id);
      return {
        ...image,
        ...(payload === undefined ? {} : { payload }),
        ...(alike === undefined ? {} : { alike: { ...alike, images: alike.images.map(withPayload) } }),
      };
    };
    return withPayload;
  }

  /** Resolves when nothing is compared any more. */
  idle(): Promise<void> {
    return this.#batches.idle();
  }

  async #rankCandidates(
    { query, captions: asked, fuse }: LocalRankRequest,
    candidates: readonly LocalCandidate[],
    signal: AbortSignal,
  ): Promise<RankedImage[]> {
    this.#check(candidates);
    const ids = candidates.map(({ id }) => id);
    const cosines = await this.#cosines(candidates, query.coarse);
    const told = asked && (await captionScores(this.#terms(), asked, ids));
    const captions = captionsOf(query);
    const scores = await Promise.all(captions.map(({ caption }) => this.#batches.list(caption, ids, signal)));
    const fused = this.#fuser(query, fuse);
    return (
      ids
        .map((id, place) => fused(id, gsmnAt(scores, place), cosines[place] as number, told?.[place]))
        // Stable: equal scores keep the order of the candidates.
        .sort((a, b) => b.score - a.score)
    );
  }

  async #rankAll(
    { query, captions: asked, offset, limit, fuse, collapse }: LocalRankRequest,
    signal: AbortSignal,
  ): Promise<readonly RankedImage[]> {
    const { images } = this.#parts;
    const { exhaustiveImages } = this.#limits;
    if (images.count > exhaustiveImages) {
      throw new AppError(
        'request_too_large',
        `the index has ${images.count} images, and exhaustive search compares at most ${exhaustiveImages}`,
        {
          hint: 'search without it, or raise the limit of the reranker (RERANK_EXHAUSTIVE_IMAGES)',
        },
      );
    }
    const vectors = this.#vectors();
    const terms = asked && this.#terms();
    const scorer = asked && new CaptionScorer(asked);
    const wanted = offset + limit;
    let best = new BestScores(wanted);
    // Images and cosines of the best, by their slots.
    const kept: RankedImage[] = [];
    // Which images are the best is known only once those that look alike are one: all of these are kept.
    const groups = collapse ? this.#parts.payloads?.alike : undefined;
    let grouped: RankedImage[] = [];
    const vector = Float64Array.from(query.coarse);
    const fused = this.#fuser(query, fuse);
    const begin = (): ScanListener => {
      best = new BestScores(wanted);
      grouped = [];
      return async (from, ...scores) => {
        const count = scores[0]?.length ?? 0;
        const rows = await vectors.read(from, from + count);
        const cosines = new Float64Array(count);
        innerProducts(vector, rows, cosines);
        const told = terms && scorer?.scores(await terms.read(from, from + count));
        for (const [index, cosine] of cosines.entries()) {
          const image = fused(from + index, gsmnAt(scores, index), cosine, told?.[index]);
          if (groups?.has(image.id)) {
            grouped.push(image);
            continue;
          }
          const slot = best.offer(image.id, image.score);
          if (slot !== undefined) kept[slot] = image;
        }
      };
    };
    const captions = captionsOf(query).map(({ caption }) => caption);
    await this.#batches.scan(captions, begin, signal);
    const ranked = best.ranked().map(({ slot }) => kept[slot] as RankedImage);
    if (grouped.length === 0) return ranked;
    return [...ranked, ...grouped].sort((a, b) => b.score - a.score || a.id - b.id);
  }

  /** Makes fused scores from the GSMN scores of all sentences, the cosine with the (common) coarse vector, and the score of captions. */
  #fuser(
    { combined }: LocalRankRequest['query'],
    fuse = true,
  ): (id: number, gsmn: readonly number[], coarse: number, captions: number | undefined) => RankedImage {
    const { coarseWeight, captionWeight = 0 } = this.#parts.ranking;
    const weight = fuse ? coarseWeight : 0;
    const recalled = (coarse: number, captions = 0): number => recallScore(coarse, captions, captionWeight);
    if (combined === undefined) {
      return (id, [gsmn = Number.NaN], coarse, captions) => ({
        id,
        coarse,
        gsmn,
        ...(captions === undefined ? {} : { captions }),
        score: fusedScore(gsmn, recalled(coarse, captions), weight),
      });
    }
    const { sentences, length } = combined;
    return (id, scores, coarse, captions) => {
      const gsmn = sentences.reduce((sum, { share }, at) => sum + share * (scores[at] as number), 0);
      const each = sentences.length === 1 ? {} : { sentences: scores.map((one) => ({ gsmn: one })) };
      const told = captions === undefined ? {} : { captions };
      const score = fusedScore(gsmn, recalled(length * coarse, captions), weight);
      return { id, coarse, gsmn, ...each, ...told, score };
    };
  }

  /** Cosines of the candidates: the given ones, and others computed from the generation's vectors, a few reads at a time. */
  async #cosines(candidates: readonly LocalCandidate[], query: Float32Array): Promise<number[]> {
    const vector = Float64Array.from(query);
    const cosines: number[] = [];
    for (let from = 0; from < candidates.length; from += VECTOR_READS) {
      const some = candidates.slice(from, from + VECTOR_READS).map(async ({ id, coarse }) => {
        return coarse ?? innerProduct(vector, await this.#vectors().read(id, id + 1), 0);
      });
      cosines.push(...(await Promise.all(some)));
    }
    return cosines;
  }

  #vectors(): CoarseVectorReader {
    const { vectors, generation } = this.#parts;
    if (vectors !== undefined) return vectors;
    throw new AppError(
      'generation_incomplete',
      `generation ${generation} does not have the coarse vectors of its images`,
      { hint: 'build it again: `gsmn index build`' },
    );
  }

  #terms(): CaptionTermReader {
    const { terms, generation } = this.#parts;
    if (terms !== undefined) return terms;
    throw new AppError('request_invalid', `captions: those of generation ${generation} are not searched`, {
      hint: 'leave captions out, or build the index with --search-captions',
    });
  }

  #check(candidates: readonly LocalCandidate[]): void {
    const { count } = this.#parts.images;
    const seen = new Set<number>();
    for (const { id } of candidates) {
      if (seen.has(id)) throw new AppError('request_invalid', `candidates: ${id} is repeated`);
      if (id >= count) {
        throw new AppError(
          'request_invalid',
          `candidates: image ${id} does not exist, the generation has ${count} images`,
          { hint: 'candidates are image ordinals of the generation that the request names' },
        );
      }
      seen.add(id);
    }
  }

  /** Evidence for the images of a page, as far as time allows. It never changes the order. */
  async #evidence(
    { evidenceUntil = Infinity }: LocalRankRequest,
    { caption, searched }: RankedCaption,
    ids: readonly number[],
    signal: AbortSignal,
  ): Promise<{ readonly evidence: PackedEvidence[]; readonly state: RankedPage['evidence'] }> {
    const { matcher, images } = this.#parts;
    const evidence: PackedEvidence[] = [];
    const left = evidenceUntil - performance.now();
    if (ids.length === 0) return { evidence, state: 'complete' };
    if (left <= 0) return { evidence, state: 'late' };
    const late = new AbortController();
    // Images that must be read again may take long, and so may a busy matcher.
    const timer = left < Infinity ? setTimeout(() => late.abort(), left) : undefined;
    const inTime = AbortSignal.any([signal, late.signal]);
    try {
      await images.use(ids, inTime, async ({ prepared, from, boxes }) => {
        for (let start = 0; start < prepared.count; start += EVIDENCE_STEP) {
          // The timer is late if the event loop was busy.
          if (performance.now() >= evidenceUntil) late.abort();
          inTime.throwIfAborted();
          const end = Math.min(start + EVIDENCE_STEP, prepared.count);
          const indices = Array.from({ length: end - start }, (_, index) => start + index);
          const found = await matcher.evidenceOf(prepared, indices, caption, { signal: inTime });
          for (const [at, pair] of found.entries()) {
            const own = boxes[start + at] as Float32Array;
            evidence[from + start + at] = packEvidence(pair, searched.length, own, this.#limits.evidence);
          }
        }
      });
      return { evidence, state: 'complete' };
    } catch (thrown) {
      signal.throwIfAborted();
      if (late.signal.aborted) return { evidence, state: 'late' };
      this.#hooks.onEvidenceFault?.(thrown);
      return { evidence, state: 'failed' };
    } finally {
      clearTimeout(timer);
    }
  }
}

function captionsOf({ combined, ...alone }: LocalRankRequest['query']): readonly RankedCaption[] {
  return combined?.sentences ?? [alone];
}

/** The scores of one image, by sentence. */
function gsmnAt(scores: readonly Float32Array[], at: number): number[] {
  return scores.map((one) => one[at] as number);
}

/** Evidence of the one sentence, or of each of several. */
function withEvidence(
  { sentences }: RankedImage,
  evidence: readonly (PackedEvidence | undefined)[],
): Pick<RankedImage, 'evidence' | 'sentences'> {
  if (sentences === undefined) return evidence[0] === undefined ? {} : { evidence: evidence[0] };
  return {
    sentences: sentences.map((sentence, at) =>
      evidence[at] === undefined ? sentence : { ...sentence, evidence: evidence[at] },
    ),
  };
}
