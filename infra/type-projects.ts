/** Folders with a tsconfig.json: Node with the tests, what runs anywhere, workerd, and the browser. */
export const TYPE_PROJECTS: readonly string[] = ['.', 'shared', 'workers/edge', 'workers/widget'];
