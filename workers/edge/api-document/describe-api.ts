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

/** `/openapi.json`, generated from the routes of the app, and `/docs`, the same for people. */
export function describeApi(app: OpenAPIHono<EdgeEnv>): void {
  let document: ApiDocument | undefined;
  const describe = (): ApiDocument => {
    // Once: the routes do not change, and generating the document takes a few milliseconds.
    // The library's type also allows references and vendor keys at every level; these routes have none.
    document ??= app.getOpenAPI31Document(CONFIGURATION) as unknown as ApiDocument;
    return document;
  };
  app.get('/openapi.json', (c) => c.json(describe(), 200, { 'cache-control': 'public, max-age=300' }));
  app.get('/docs', (c) => c.html(documentPage(describe()), 200, { 'cache-control': 'public, max-age=300' }));
}
