import { OpenAPIHono } from '@hono/zod-openapi';
import { requestId } from 'hono/request-id';
import { timing } from 'hono/timing';
import { AppError } from '../../shared/errors/index.ts';
import { type AllowedOrigins, VERSION } from '../../shared/http/index.ts';
import { describeApi } from './api-document/describe-api.ts';
import { type Asset, serveAsset } from './assets/asset.ts';
import { explainPage, PAGE_STYLE, type PageContent, page } from './assets/page.ts';
import type { WidgetFiles } from './assets/widget-files.ts';
import { addBrowseRoute, type BrowseRouteParts } from './browse/browse-route.ts';
import { addCaptionsRoute, type CaptionsRouteParts } from './captions/captions-route.ts';
import type { EdgeEnv, Log } from './http/edge-env.ts';
import { taggedAnswers } from './http/entity-tag.ts';
import { crossOrigin, securityHeaders } from './http/headers.ts';
import { knownCallers } from './http/known-callers.ts';
import { problemResponse } from './http/problem.ts';
import { type RateLimiter, rateLimit } from './http/rate-limit.ts';
import { readableAddress, readableHost } from './http/readable-address.ts';
import { addImageSearchRoute, type ImageSearchRouteParts } from './image-search/image-search-route.ts';
import { type Fetch, proxyImage } from './images/proxy-image.ts';
import { OPEN_ACCESS } from './keys/access.ts';
import type { KeyStore } from './keys/key-store.ts';
import { keyedCallers } from './keys/keyed-callers.ts';
import { SignedImages } from './keys/signed-images.ts';
import { addClicksRoute } from './observe/clicks-route.ts';
import { addMetricsRoute, type MetricsRouteParts } from './observe/metrics-route.ts';
import { type ObservedBy, observed } from './observe/observe-requests.ts';
import { addParseRoute, type ParseRouteParts } from './parse/parse-route.ts';
import type { SearchRouteParts } from './search/obtain-answer.ts';
import { addSearchRoute } from './search/search-route.ts';
import { addSearchPage } from './search-page/search-page-route.ts';

export interface EdgeDependencies
  extends Omit<SearchRouteParts, 'rerank'>,
    Omit<BrowseRouteParts, 'rerank'>,
    Omit<CaptionsRouteParts, 'rerank'>,
    Omit<ImageSearchRouteParts, 'rerank'>,
    ParseRouteParts {
  readonly rerank: ParseRouteParts['rerank'] &
    BrowseRouteParts['rerank'] &
    CaptionsRouteParts['rerank'] &
    ImageSearchRouteParts['rerank'];
  readonly widget: WidgetFiles;
  /** The built script of `/explain`. */
  readonly explain: string;
  /** The widget's texts by language, as JSON. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the pages say about the images. */
  readonly page?: PageContent | undefined;
  /** Whose pages may call, besides our own. */
  readonly allowedOrigins: AllowedOrigins;
  /** Hosts that requests may name; any if undefined. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly rateLimiter?: RateLimiter | undefined;
  /** The keys that callers need; none if undefined. The addresses of image files are signed with the secret. */
  readonly keys?: { readonly store: KeyStore; readonly imageSecret: string | undefined } | undefined;
  /** Where image files come from; without it `/images/…` is not found. */
  readonly images?: { readonly url: string; readonly timeoutMs: number; readonly fetch: Fetch } | undefined;
  /** What observes requests; nothing does by default. */
  readonly observedBy?: ObservedBy | undefined;
  /** What `/metrics` shows; without it there is no such path. */
  readonly metrics?: MetricsRouteParts | undefined;
  readonly log: Log;
}

/** The edge worker as an app with its parts; it runs wherever `fetch` handlers run. */
export function createEdgeApp(dependencies: EdgeDependencies): OpenAPIHono<EdgeEnv> {
  const { allowedOrigins, allowedHosts, rateLimiter, keys, images, observedBy, metrics, log } = dependencies;
  const app = new OpenAPIHono<EdgeEnv>();
  app.use(async (c, next) => {
    c.set('log', log);
    c.set('access', OPEN_ACCESS);
    return next();
  });
  app.use(requestId({ limitLength: 100 }));
  app.use(readableHost);
  app.use(securityHeaders(allowedOrigins));
  app.use(knownCallers(allowedOrigins, allowedHosts));
  app.use(crossOrigin(allowedOrigins));
  app.onError((error, c) => problemResponse(c, error));
  app.notFound((c) =>
    problemResponse(
      c,
      new AppError('not_found', `There is nothing at ${c.req.method} ${c.req.path}.`, {
        hint: 'The search is GET /v1/search?q=…; /openapi.json describes everything.',
      }),
    ),
  );

  const health = { status: 'ok', version: VERSION, rateLimited: rateLimiter !== undefined };
  // workerd by itself names no time, and signed things need clocks that agree.
  app.get('/healthz', (c) =>
    c.json(health, 200, { 'cache-control': 'no-store', date: new Date().toUTCString() }),
  );

  if (observedBy) app.use('/v1/*', observed(observedBy));
  const signed = keys?.imageSecret === undefined ? undefined : new SignedImages(keys.imageSecret);
  if (keys) app.use('/v1/*', keyedCallers({ keys: keys.store, images: signed, rateLimiter }));
  else if (rateLimiter) app.use('/v1/*', rateLimit(rateLimiter));
  app.use('/v1/*', timing({ crossOrigin: true }));
  app.use('/v1/*', taggedAnswers);
  app.use('/v1/*', readableAddress);
  addSearchRoute(app, dependencies);
  addParseRoute(app, dependencies);
  addBrowseRoute(app, dependencies);
  addImageSearchRoute(app, dependencies);
  addCaptionsRoute(app, dependencies);
  describeApi(app, keys !== undefined);
  addSearchPage(app, dependencies.page?.key);
  if (metrics) addMetricsRoute(app, metrics);
  if (observedBy?.queryLog) addClicksRoute(app, observedBy.queryLog);

  const content = dependencies.page ?? {};
  app.get('/', serveAsset(page(content)));
  app.get('/explain', serveAsset(explainPage(content)));
  app.get('/page.css', serveAsset(PAGE_STYLE));
  app.get('/widget.js', serveAsset(script(dependencies.widget.script)));
  app.get('/explain.js', serveAsset(script(dependencies.explain)));
  for (const [language, json] of Object.entries(dependencies.texts)) {
    const path = `/texts/${language}.json`;
    app.get(path, serveAsset({ body: json, type: 'application/json' }));
    addOtherMethods(app, path, 'GET, HEAD');
  }
  for (const [name, body] of Object.entries(dependencies.widget.parts)) {
    app.get(`/${name}`, serveAsset({ ...script(body), immutable: true }));
    addOtherMethods(app, `/${name}`, 'GET, HEAD');
  }
  if (images) {
    app.get('/images/*', async (c) => {
      const path = new URL(c.req.url).pathname.slice('/images/'.length);
      if (keys === undefined) return proxyImage(images.url, path, c.req.raw, images);
      if (signed === undefined) throw new AppError('config_invalid', 'there are keys, and no IMAGE_SECRET');
      const opened = await signed.open(path, Date.now());
      const response = await proxyImage(images.url, opened.path, c.req.raw, images);
      response.headers.set('cache-control', `private, max-age=${opened.seconds}`);
      return response;
    });
  }
  addOtherMethods(app, '/v1/search', 'GET, HEAD, POST');
  addOtherMethods(app, '/v1/images/search', 'POST');
  for (const path of READ_ONLY) addOtherMethods(app, path, 'GET, HEAD');
  if (images) addOtherMethods(app, '/images/*', 'GET, HEAD');
  if (observedBy?.queryLog) addOtherMethods(app, '/v1/clicks', 'POST');
  return app;
}

/** What is only read. */
const READ_ONLY = [
  '/',
  '/explain',
  '/explain.js',
  '/page.css',
  '/search',
  '/widget.js',
  '/openapi.json',
  '/docs',
  '/healthz',
  '/v1/parse',
  '/v1/images',
  '/v1/images/:id/captions',
];

/** Refuses whatever method a path does not have. */
function addOtherMethods(app: OpenAPIHono<EdgeEnv>, path: string, allow: string): void {
  app.all(path, (c) => {
    c.header('Allow', allow);
    throw new AppError('method_not_allowed', `${c.req.path} has no ${c.req.method}.`, {
      hint: `It has ${allow}.`,
    });
  });
}

function script(body: string): Asset {
  return { body, type: 'text/javascript; charset=utf-8' };
}
