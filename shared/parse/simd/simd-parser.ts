import { groupsByLength, instantiateEncodeKernel, LinearMemory } from '../../encode/index.ts';
import { AppError } from '../../errors/index.ts';
import { yieldToEventLoop } from '../../model/index.ts';
import type { DependencyTree } from '../dependency-tree.ts';
import { MOST_WORDS, type Parser } from '../parser.ts';
import type { ParserModel } from '../parser-model.ts';
import { FEATURES, featureLookup } from '../word-features.ts';
import { layOutParser } from './parser-layout.ts';
import { type ParserMachine, runParser } from './run-parser.ts';

/**
 * The parser on the encoding kernel in WebAssembly SIMD, float32, on the calling thread. Sentences of one call share one pass over the
 * weights; between groups of sentences it yields to the event loop.
 * @param module the built kernel
 * @throws AppError `memory_exhausted`
 */
export function createSimdParser(model: ParserModel, module: WebAssembly.Module): Parser {
  const memory = new LinearMemory();
  const tables = Object.fromEntries(
    FEATURES.map((feature) => [feature, model.tensors.get(`table.${feature}`) ?? new Float32Array()]),
  );
  const machine: ParserMachine = {
    memory,
    kernel: instantiateEncodeKernel(module, memory.memory),
    config: model.config,
    layout: layOutParser(memory, model),
    tables: tables as ParserMachine['tables'],
    lookUp: featureLookup(model.config.entries),
  };
  return {
    parse: async (sentences) => {
      for (const [index, { length }] of sentences.entries()) {
        if (length <= MOST_WORDS) continue;
        throw new AppError(
          'argument_invalid',
          `sentence ${index + 1} has ${length} words, at most ${MOST_WORDS} are parsed`,
        );
      }
      const trees: DependencyTree[] = [];
      for (const [index, group] of groupsByLength(sentences).entries()) {
        if (index > 0) await yieldToEventLoop();
        const some = group.filter((sentence) => (sentences[sentence]?.length ?? 0) > 0);
        const parsed = runParser(
          machine,
          some.map((sentence) => sentences[sentence] ?? []),
        );
        for (const [row, sentence] of some.entries()) trees[sentence] = parsed[row] as DependencyTree;
      }
      return sentences.map((words, index) => trees[index] ?? emptyTree(words));
    },
  };
}

function emptyTree(words: readonly string[]): DependencyTree {
  return { words, universalTags: [], tags: [], heads: [], relations: [] };
}
