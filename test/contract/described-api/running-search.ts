import { startEdge } from '../../../infra/start-edge.ts';
import { signToken } from '../../../shared/keys/search-token.ts';
import { FIELDED_IMAGES, startFieldedServices } from '../../support/fielded-services.ts';
import { keysOf, testKey } from '../../support/keys.ts';
import type { Known } from './schema-values.ts';

/** What can be asked of the index of a running search. @param json the answer at an address */
export async function knownValues(json: (path: string) => Promise<unknown>): Promise<Known> {
  const paths = ['/v1/search?q=a+dog&limit=5', '/v1/images?sort=-year&limit=3', '/v1/images?like=0&limit=3'];
  const pages = (await Promise.all(paths.map(json))) as { generation: string; next?: string }[];
  return {
    generation: [...pages.slice(0, 1).map(({ generation }) => generation), '0123456789abcdef'],
    after: pages.flatMap(({ next }) => next ?? []),
    filter: [
      'year>=2010',
      'NOT place:Rome',
      'tag IN (beach, "the sea") OR draft:true',
      'taken>2015 AND weight<2.5',
      'owner:Ann',
      'nothing:1',
      'year>=',
    ],
    channels: ['pixels', 'captions', 'pixels,captions'],
    facets: ['year,place', 'place', 'tag', 'owner'],
    sort: ['year', '-taken', 'weight', 'place', 'nothing'],
    id: [0, 6, FIELDED_IMAGES - 1, FIELDED_IMAGES],
    like: [0, 6, FIELDED_IMAGES],
    not: [['a cat'], ['id:3'], ['id:99', 'grass']],
    weights: ['1', '2,1', '1,1,1,1'],
    q: ['a dog', ['a dog'], ['a dog on grass', 'two cats']],
  };
}

/** Searches that are asked, and the share of the requests that each gets. */
export const SEARCHES = [
  {
    name: 'open to everybody',
    share: 0.7,
    // Each answer is found again.
    make: async () => ({ vars: { CACHE_MEMORY_MB: '0' }, credentials: [] }),
  },
  {
    name: 'for callers with keys',
    share: 0.3,
    make: async () => {
      const page = await testKey('publishable', { filter: 'year>=2003', fields: ['year', 'place'] });
      const server = await testKey('secret');
      const token = await signToken(server.key, { filter: 'owner:Ann OR draft:true' }, 3600);
      return {
        vars: { SEARCH_KEYS: JSON.stringify(keysOf(page, server)) },
        credentials: [server.key, page.key, token].map((key) => `Bearer ${key}`),
      };
    },
  },
];

/** Requests on this machine are not late, however much else it has to do. */
const PATIENT = '60000';

export interface RunningSearch {
  readonly url: string;
  close(): Promise<void>;
}

/** All services of a search, the edge worker in workerd. @param vars of the worker besides */
export async function startSearch(vars: Readonly<Record<string, string>>): Promise<RunningSearch> {
  const services = await startFieldedServices();
  const edge = await startEdge({
    vars: {
      RERANK_URL: services.rerank,
      QDRANT_URL: services.qdrant,
      ALLOWED_ORIGINS: '*',
      ENCODE_TIMEOUT_MS: PATIENT,
      RECALL_TIMEOUT_MS: PATIENT,
      RERANK_TIMEOUT_MS: PATIENT,
      EXHAUSTIVE_TIMEOUT_MS: PATIENT,
      SEARCH_WAIT_MS: PATIENT,
      ...vars,
    },
  });
  return {
    url: edge.url,
    close: async () => {
      await edge.close();
      await services.close();
    },
  };
}
