import type { TfjsBackendName } from '../../shared/platform/tfjs/index.ts';
import { TRAINED_MODELS, trainingSuite } from './training-suite.ts';

/** Another process runs this suite on another backend (test/golden/tensorflow.test.ts). */
trainingSuite((process.env.GSMN_TEST_BACKEND ?? 'wasm') as TfjsBackendName, TRAINED_MODELS);
