// Searches from a terminal: node docs/examples/search.mjs "a girl throws a ball to a dog" [address of the service]
import process from 'node:process';
import { createSearchClient, imageAddress, SearchProblem } from 'gsmn-search/search-client';

const [q = 'a girl throws a ball to a dog', service = 'http://127.0.0.1:8787'] = process.argv.slice(2);
const endpoint = new URL('/v1/search', service);
const client = createSearchClient({ endpoint });

try {
  const { hits, match, degraded } = await client.search({ q, limit: 5 });
  if (degraded) console.error(degraded.message);
  if (match === 'none') console.error('nothing seems to fit; these are the nearest');
  for (const { relevance, captions, ...hit } of hits) {
    console.log(relevance?.toFixed(3) ?? '', imageAddress(hit, endpoint), captions[0]);
  }
} catch (error) {
  if (!(error instanceof SearchProblem)) throw error;
  console.error(error.message, error.hint ?? '');
  process.exitCode = 1;
}
