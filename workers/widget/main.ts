import { SearchElement } from './search-element.ts';

const NAME = 'gsmn-search';

// The default endpoint is the service that the script came from.
SearchElement.defaultEndpoint = new URL('/v1/search', import.meta.url);
// A page may include the script twice.
if (!customElements.get(NAME)) customElements.define(NAME, SearchElement);
