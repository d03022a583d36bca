export { loadParser, shippedParserPath } from './load-parser.ts';
