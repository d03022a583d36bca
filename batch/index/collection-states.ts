import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { CallOptions, CollectionStatus, QdrantStore } from '../../workers/clients/index.ts';
import { pointFiles } from './point-files.ts';

/** A collection of a generation, as the database reports it. */
export interface CollectionState {
  readonly collection: string;
  readonly status: CollectionStatus | 'absent';
  readonly points: number;
  /** Points of the generation. */
  readonly expected: number;
  /** Points in an HNSW index; small collections have none. */
  readonly indexed: number;
  /** What the database failed with. */
  readonly problem?: string | undefined;
}

/** How the states are looked up. */
export interface StatesOptions extends Pick<CallOptions, 'signal'> {
  /** Whether every point is counted, which a large collection takes time for; else their number is approximate while it is indexed. */
  readonly exact?: boolean | undefined;
}

/** The states of the collections of a generation; points are counted by default. */
export async function collectionStates(
  store: QdrantStore,
  manifest: GenerationManifest,
  { exact = true, ...call }: StatesOptions = {},
): Promise<CollectionState[]> {
  const states: CollectionState[] = [];
  for (const { collection, count } of pointFiles('', manifest)) {
    const info = await store.collectionInfo(collection, call);
    states.push(
      info === undefined
        ? absent(collection, count)
        : {
            collection,
            status: info.status,
            points: exact ? await store.count(collection, call) : info.points,
            expected: count,
            indexed: info.indexed,
            ...(info.problem === undefined ? {} : { problem: info.problem }),
          },
    );
  }
  return states;
}

/**
 * The collections that do not hold as many points as the generation has, described for people; none is undefined. Quick, and blind for
 * what only `verifyPoints` finds.
 */
export async function incompleteCollections(
  store: QdrantStore,
  manifest: GenerationManifest,
): Promise<string | undefined> {
  const states = await collectionStates(store, manifest);
  const wrong = states.filter(({ points, expected }) => points !== expected);
  if (wrong.length === 0) return undefined;
  return wrong.map((state) => `collection ${state.collection} is ${describeState(state)}`).join('; ');
}

/** The states of the collections of a generation in a database that does not exist. */
export function absentCollections(manifest: GenerationManifest): CollectionState[] {
  return pointFiles('', manifest).map(({ collection, count }) => absent(collection, count));
}

function absent(collection: string, expected: number): CollectionState {
  return { collection, status: 'absent', points: 0, expected, indexed: 0 };
}

/** A state in a few words: `green`, `yellow, 40 % indexed`, `green, 3 of 5 points`, `absent, 0 of 5 points`. */
export function describeState({ status, points, expected, indexed, problem }: CollectionState): string {
  return [
    status,
    status === 'yellow' &&
      points > 0 &&
      `${Math.floor((100 * Math.min(indexed, points)) / points)} % indexed`,
    points !== expected && `${points.toLocaleString('en')} of ${expected.toLocaleString('en')} points`,
    problem,
  ]
    .filter(Boolean)
    .join(', ');
}
