import { ParseElement } from './parse-element.ts';

const NAME = 'gsmn-graph';

// The default endpoint is the service that the script came from.
ParseElement.defaultEndpoint = new URL('/v1/parse', import.meta.url);
// A page may include the script twice.
if (!customElements.get(NAME)) customElements.define(NAME, ParseElement);
