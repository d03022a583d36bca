export { loadParser, parserOf, shippedParserPath } from './load-parser.ts';
