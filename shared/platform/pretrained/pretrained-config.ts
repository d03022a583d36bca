import { z } from 'zod';
import { AppError } from '../../errors/index.ts';

/** What differs between the types of models. */
const FAMILIES = {
  clip: { tokens: 77, pads: false, lowers: false, texts: 'text_embeds', images: 'image_embeds' },
  // Trained on texts in lower case; the tokenisers of newer ones do not see to it.
  siglip: { tokens: 64, pads: true, lowers: true, texts: 'pooler_output', images: 'pooler_output' },
} as const;

/** The interpolations of Pillow by their numbers, as sharp calls them. */
const KERNELS = new Map([
  [0, 'nearest'],
  [1, 'lanczos3'],
  [2, 'linear'],
  [3, 'cubic'],
] as const);

const size = z.number().int().min(1).max(4096);
const square = z
  .object({ height: size, width: size })
  .refine(({ height, width }) => height === width, 'must be a square')
  .transform(({ height }) => height);
const numbers = z.array(z.number()).length(3);

const configSchema = z.object({
  model_type: z.string(),
  text_config: z.object({ max_position_embeddings: size.optional() }).optional(),
});

const preprocessorSchema = z.object({
  do_resize: z.literal(true).default(true),
  size: z.union([
    size.transform((shortest) => ({ shortest })),
    z.object({ shortest_edge: size }).transform(({ shortest_edge }) => ({ shortest: shortest_edge })),
    square.transform((side) => ({ side })),
  ]),
  resample: z.number().int().min(0).max(3).default(3),
  do_center_crop: z.boolean().default(false),
  crop_size: z.union([size, square]).optional(),
  do_rescale: z.literal(true).default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: numbers.optional(),
  image_std: numbers.optional(),
});

const tokenizerSchema = z.object({
  pad_token: z
    .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
    .nullish(),
});

/** How a text becomes the input of a model. */
export interface TextForm {
  /** The most tokens of a text, those that begin and end it included. */
  readonly tokens: number;
  /** Whether every text is filled up to that number. */
  readonly pads: boolean;
  /** Whether texts are put into lower case before anything else. */
  readonly lowers: boolean;
  /** The token that it is filled with. */
  readonly padToken: string | undefined;
  /** The output that is the text's vector. */
  readonly output: string;
}

/** How an image becomes the input of a model. */
export interface ImageForm {
  /** How it is decoded: squashed into a square of this side in pixels, or made so small that its shorter side is as long. */
  readonly pixels: {
    readonly size: number;
    readonly fit: 'fill' | 'outside';
    readonly kernel: 'nearest' | 'lanczos3' | 'linear' | 'cubic';
  };
  /** The side of the square in the middle of it that the model takes, in pixels. */
  readonly side: number;
  /** What the number of a colour, from 0 to 255, is multiplied with, and what is added to it, for R, G and B. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  /** The output that is the image's vector. */
  readonly output: string;
}

/** The type of a model as its `config.json` names it. */
function familyOf(config: unknown, where: string) {
  const { model_type: type, text_config: texts } = read(configSchema, config, `${where}/config.json`);
  if (!Object.hasOwn(FAMILIES, type)) {
    throw new AppError('format_unsupported', `${where}/config.json: the model is of the type "${type}"`, {
      hint: `this program runs models of the types ${Object.keys(FAMILIES).join(' and ')}`,
    });
  }
  return { ...FAMILIES[type as keyof typeof FAMILIES], longest: texts?.max_position_embeddings };
}

/**
 * How texts become inputs, from `config.json` and `tokenizer_config.json`.
 *
 * @param where the model's folder, for messages.
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export function textForm(config: unknown, tokenizer: unknown, where: string): TextForm {
  const { tokens, longest, pads, lowers, texts } = familyOf(config, where);
  const { pad_token } = read(tokenizerSchema, tokenizer ?? {}, `${where}/tokenizer_config.json`);
  return { tokens: longest ?? tokens, pads, lowers, padToken: pad_token ?? undefined, output: texts };
}

/**
 * How images become inputs, from `config.json` and `preprocessor_config.json`.
 *
 * @param where the model's folder, for messages.
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export function imageForm(config: unknown, preprocessor: unknown, where: string): ImageForm {
  const { images: output } = familyOf(config, where);
  const path = `${where}/preprocessor_config.json`;
  const given = read(preprocessorSchema, preprocessor, path);
  const { rescale_factor: rescale, do_normalize, image_mean: mean, image_std: std } = given;
  const fits = 'side' in given.size;
  const resized = 'side' in given.size ? given.size.side : given.size.shortest;
  const side = given.do_center_crop ? (given.crop_size ?? resized) : resized;
  if (side > resized || (!fits && !given.do_center_crop)) {
    throw new AppError('format_unsupported', `${path}: images would not become squares without a border`, {
      hint: 'models with a square input are supported: size and, with shortest_edge, a centre crop of at most that size',
    });
  }
  if (do_normalize && (mean === undefined || std === undefined || std.includes(0))) {
    throw new AppError('format_invalid', `${path}: image_mean or image_std is missing or 0`);
  }
  const deviations = (do_normalize && std) || [1, 1, 1];
  const means = (do_normalize && mean) || [0, 0, 0];
  return {
    pixels: {
      size: resized,
      fit: fits ? 'fill' : 'outside',
      kernel: KERNELS.get(given.resample as 3) ?? 'cubic',
    },
    side,
    scale: deviations.map((deviation) => rescale / deviation),
    shift: deviations.map((deviation, channel) => -(means[channel] ?? 0) / deviation),
    output,
  };
}

function read<S extends z.ZodType>(schema: S, value: unknown, path: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${path}: ${issue?.path.join('.')}: ${issue?.message}`, {
    hint: 'it must be a CLIP- or SigLIP-type model in the layout of Hugging Face',
    cause: parsed.error,
  });
}
