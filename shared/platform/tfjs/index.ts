export { loadTfjsBackend, type TfjsBackendName } from './load-backend.ts';
