import { SearchElement } from './search-element.ts';

const NAME = 'gsmn-search';

// The script comes from the service that it searches.
SearchElement.defaultEndpoint = new URL('/v1/search', import.meta.url);
// A page may carry the script twice.
if (!customElements.get(NAME)) customElements.define(NAME, SearchElement);
