/** The folder of fetched models, where none is named. */
export const MODELS_FOLDER = './data/models';

/** Where models are fetched from, if nothing else is named. */
export const HUB = 'https://huggingface.co';
