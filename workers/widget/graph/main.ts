import { GraphElement } from './graph-element.ts';

const NAME = 'gsmn-graph';

// The script comes from the service that it asks.
GraphElement.defaultEndpoint = new URL('/v1/parse', import.meta.url);
// A page may carry the script twice.
if (!customElements.get(NAME)) customElements.define(NAME, GraphElement);
