/** Folders with a tsconfig.json: Node with the tests, what runs anywhere, workerd, the browser, the client for all of these, and the examples. */
export const TYPE_PROJECTS: readonly string[] = [
  '.',
  'shared',
  'workers/edge',
  'workers/widget',
  'workers/clients/search',
  'docs/examples',
];
