import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EdgeEnv } from '../http/edge-env.ts';
import { type ApiDocument, documentPage } from './document-page.ts';

const CONFIGURATION = {
  openapi: '3.1.0',
  info: {
    title: 'Image search',
    version: '1',
    description:
      'Finds images by a sentence: compares its words with the regions of each image, and how the words depend on each other with how the regions lie.',
  },
} as const;

const NEEDS_KEY =
  ' Requests need a key: `Authorization: Bearer KEY`, or `X-Search-Key: KEY`. Answers hold what the key may see, and are kept by no shared cache.';
const KEY = 'A key of this search, or a search token that a server made with one.';

/**
 * `/openapi.json`, generated from the routes of the app, and `/docs`, the same for people.
 *
 * @param keyed whether requests need a key
 */
export function describeApi(app: OpenAPIHono<EdgeEnv>, keyed: boolean): void {
  if (keyed) {
    const { openAPIRegistry: registry } = app;
    registry.registerComponent('securitySchemes', 'bearer', {
      type: 'http',
      scheme: 'bearer',
      description: KEY,
    });
    registry.registerComponent('securitySchemes', 'header', {
      type: 'apiKey',
      in: 'header',
      name: 'X-Search-Key',
      description: `${KEY} For callers whose proxy uses Authorization itself.`,
    });
  }
  const configuration = {
    ...CONFIGURATION,
    info: {
      ...CONFIGURATION.info,
      description: `${CONFIGURATION.info.description}${keyed ? NEEDS_KEY : ''}`,
    },
    ...(keyed ? { security: [{ bearer: [] }, { header: [] }] } : {}),
  };
  let document: ApiDocument | undefined;
  const describe = (): ApiDocument => {
    // Once: the routes do not change, and generating the document takes a few milliseconds.
    // The library's type also allows references and vendor keys at every level; these routes have none.
    document ??= app.getOpenAPI31Document(configuration) as unknown as ApiDocument;
    return document;
  };
  app.get('/openapi.json', (c) => c.json(describe(), 200, { 'cache-control': 'public, max-age=300' }));
  app.get('/docs', (c) => c.html(documentPage(describe()), 200, { 'cache-control': 'public, max-age=300' }));
}
