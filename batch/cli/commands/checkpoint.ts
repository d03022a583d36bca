import process from 'node:process';
import { Command, Option } from 'commander';
import { propagationSchema } from '../../../shared/schema/index.ts';

/** `gsmn checkpoint`: show, convert. */
export function checkpointCommand(): Command {
  const command = new Command('checkpoint').description(
    "show a checkpoint, or convert between PyTorch's format and ours",
  );
  command.addCommand(
    new Command('show')
      .argument('<file>', 'a .safetensors, a .pth.tar, or a model folder')
      .description('show the contents of a checkpoint')
      .option('--json', 'as JSON on stdout')
      .action(async (path, { json }) => {
        const { loadNetwork } = await import('../../checkpoint/load-network.ts');
        const { config, features, epoch, iterations, bestRsum, options, parameters } =
          await loadNetwork(path);
        const numbers = [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
        const told = {
          config,
          features,
          epoch,
          steps: iterations,
          bestRsum,
          numbers,
          options: Object.fromEntries(options ?? []),
        };
        const lines = Object.entries({
          epoch,
          steps: iterations,
          bestRsum,
          numbers,
          features: features && JSON.stringify(features),
          ...config,
          ...told.options,
        });
        const text = json
          ? JSON.stringify(told, undefined, 2)
          : lines.map(([name, value]) => `${name}: ${String(value ?? 'unknown')}`).join('\n');
        process.stdout.write(`${text}\n`);
      }),
  );
  command.addCommand(
    new Command('convert')
      .argument('<source>', 'a .safetensors, a .pth.tar, or a model folder')
      .argument(
        '<target>',
        'the file to write: .pth.tar for PyTorch and the released code, .safetensors for ours',
      )
      .description('write a checkpoint in the other format')
      .addOption(
        new Option(
          '--format <name>',
          "PyTorch's format: legacy can be read everywhere, zip is the current one",
        )
          .choices(['legacy', 'zip'])
          .default('legacy'),
      )
      .addOption(
        new Option('--propagation <name>', 'for a source that does not name it').choices(
          propagationSchema.options,
        ),
      )
      .option(
        '--features <file>',
        'a {split}_features.json: the source of its features, for a checkpoint that does not name it',
      )
      .action(async (source, target, { format, propagation, features: file }) => {
        const { convertCheckpoint } = await import('../../checkpoint/convert-checkpoint.ts');
        const { requireFeatureIdentity } = await import('../../data/feature-identity.ts');
        const named = file === undefined ? undefined : await requireFeatureIdentity(file);
        const { config, features } = await convertCheckpoint(source, target, format, {
          propagation,
          features: named,
        });
        const whose = features === undefined ? '' : `, features of ${features.source}`;
        process.stderr.write(
          `wrote ${target} (D ${config.jointSize}, propagation ${config.propagation}${whose})\n`,
        );
      }),
  );
  return command;
}
