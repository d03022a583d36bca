import { join } from 'node:path';
import { readJsonFile } from '../atomic-file.ts';
import { openOnnxEncoder } from './onnx-encoder.ts';
import { textForm } from './pretrained-config.ts';
import type { SideFiles } from './pretrained-files.ts';
import { textTokens } from './text-tokens.ts';

/** The text side of a pretrained encoder. */
export interface PretrainedTexts {
  /** Tokens as the network reads them, and how many are of the text itself. */
  readonly tokens: ReturnType<typeof textTokens>;
  /** The vector of a text, of length 1. */
  encode(text: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens the text side of a pretrained encoder. The files were checked before.
 *
 * @throws AppError `file_unreadable`, `format_invalid`, `format_unsupported`, `backend_unavailable`.
 */
export async function openPretrainedTexts(
  folder: string,
  { network: path }: Pick<SideFiles, 'network'>,
): Promise<PretrainedTexts> {
  const json = (name: string) => readJsonFile(join(folder, name));
  const config = await json('tokenizer_config.json');
  const form = textForm(await json('config.json'), config, folder);
  const network = await openOnnxEncoder(join(folder, path), form.output);
  try {
    // Some networks take texts of one length only.
    const fixed = network.inputs.get('input_ids')?.[1];
    const length = fixed ?? (form.pads ? form.tokens : undefined);
    const tokens = textTokens({ json: await json('tokenizer.json'), config }, form, length, folder);
    return {
      tokens,
      encode: (text) => {
        const { ids, own } = tokens(text);
        const shape = [1, ids.length];
        return network.encode(
          new Map([
            ['input_ids', { shape, data: ids }],
            ['attention_mask', { shape, data: ids.map((_, at) => (at < own ? 1 : 0)) }],
            ['position_ids', { shape, data: ids.map((_, at) => at) }],
          ]),
        );
      },
      close: () => network.close(),
    };
  } catch (thrown) {
    await network.close();
    throw thrown;
  }
}
