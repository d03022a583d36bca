import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';
import { assertWritable, writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import type { Channel } from '../../../shared/schema/index.ts';
import { createQdrantStore } from '../../../workers/clients/index.ts';
import { assertReportFolder, REPORT_FILES, replaceReport } from '../../evaluation/report/report-folder.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { evaluateIndex, type IndexEvaluation } from '../../search/evaluation/evaluate-index.ts';
import { evaluationPage } from '../../search/evaluation/evaluation-page.ts';
import { figuresTable } from '../../search/evaluation/figures-table.ts';
import { rankOf } from '../../search/evaluation/query-figures.ts';
import { reliabilityPlot } from '../../search/evaluation/reliability.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

interface EvaluateIndexCommandOptions extends IndexOptions {
  readonly queries: string;
  readonly backend: string;
  readonly understand: boolean;
  readonly channels: readonly Channel[];
  readonly memoryMb: number;
  readonly html?: string;
  readonly worst: number;
  readonly reliability?: string;
  readonly json?: boolean;
}

/** `gsmn index evaluate` */
export async function runEvaluateIndex(options: EvaluateIndexCommandOptions): Promise<void> {
  const { index, qdrant, html, worst, queries, reliability: plot } = options;
  if (html !== undefined) await assertReportFolder(html);
  if (plot !== undefined) await assertWritable(plot);
  const apiKey = process.env.QDRANT_API_KEY || undefined;
  const evaluation = await interruptible((signal) =>
    evaluateIndex(
      {
        ...options,
        index: new IndexFolder(index),
        store: qdrant === undefined ? undefined : createQdrantStore({ url: qdrant, apiKey }),
        memoryBytes: options.memoryMb * 2 ** 20,
        signal,
      },
      terminalReport,
    ),
  );
  const { reliability, generation, images, figures } = evaluation;
  if (plot !== undefined) {
    if (reliability === undefined) {
      throw new AppError('argument_invalid', `generation ${generation} is not calibrated`, {
        hint: 'leave --reliability out, or calibrate its model (gsmn model calibrate) and build it again',
      });
    }
    await writeFileAtomic(plot, reliabilityPlot(reliability, 'What relevance says, and what fits'));
  }
  if (html !== undefined) {
    await replaceReport(html, async (aside) => {
      await writeFile(join(aside, REPORT_FILES.page), evaluationPage(evaluation, queries, worst));
      await writeFile(join(aside, REPORT_FILES.queries), queryLines(evaluation));
    });
  }
  if (options.json) {
    const found = { generation, images, figures, reliability };
    process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
    return;
  }
  const [head = [], ...rows] = figuresTable(figures);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (reliability !== undefined) {
    process.stdout.write(
      `relevance is off by ${reliability.error.toFixed(3)} on average (${reliability.hits} hits)\n`,
    );
  }
}

/** Text that stays in its cell of a Markdown table: the kinds of queries are anybody's words. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|]/g, '\\$&');
}

/** Every query as a line of JSON. */
function queryLines({ queries }: IndexEvaluation): string {
  const rank = (place: number): number | null => (Number.isFinite(place) ? place : null);
  return queries
    .map((query) => {
      const { text, kind, relevant, match, orders } = query;
      const ranks = {
        recall: rank(rankOf(query, 'recall')),
        rerank: rank(rankOf(query, 'rerank')),
        fused: rank(rankOf(query, 'fused')),
      };
      const found = orders.fused.slice(0, 10).map(({ id, image, relevance, score, gsmn, coarse }) => ({
        id,
        name: image.name,
        isRelevant: relevant.has(id),
        relevance,
        scores: { fused: score, gsmn, coarse },
      }));
      return `${JSON.stringify({ query: text, kind, relevant: relevant.size, match, ranks, found })}\n`;
    })
    .join('');
}
