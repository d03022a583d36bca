import { TRAINED_MODELS, trainingSuite } from './training-suite.ts';

/** One model of each propagation: the software driver takes a minute of processor time for each. */
const models = TRAINED_MODELS.filter(
  ([propagation, name]) => name === (propagation === 'released' ? 'dense' : 'sparse'),
);

trainingSuite('webgpu', models, 900_000);
