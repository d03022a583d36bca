/** Restarts workerd when it ends by itself. */
import { type Kept, keepRunning } from '../../shared/async/keep-running.ts';
import { launchWorkerd, type WorkerdOptions } from './workerd-process.ts';

/** workerd, in whichever process it currently runs. */
export interface KeptWorkerd extends Kept {
  /** The same for every process. */
  readonly port: number;
}

/**
 * Starts workerd, and again on the same port whenever it ends; each restart is a warning in the log.
 *
 * @param host address without the port, in brackets where it is of IPv6
 * @throws if it does not start the first time.
 */
export async function keepWorkerdRunning(
  options: Omit<WorkerdOptions, 'address'>,
  host: string,
  port: number,
): Promise<KeptWorkerd> {
  const launch = (at: number) => launchWorkerd({ ...options, address: `${host}:${at}` });
  const first = await launch(port);
  const kept = keepRunning(first, {
    name: 'the edge worker',
    launch: () => launch(first.port),
    onRunning: ({ pid, port }) =>
      options.onLog({ level: 'info', text: 'workerd listens', fields: { pid, port } }),
    onEnd: (end, delay) =>
      options.onLog({
        level: 'warn',
        text: `workerd ended (${end}) and is restarted`,
        fields: { end, delay },
      }),
    hint: 'Its log says more: `--log-level info`.',
  });
  return { port: first.port, ...kept };
}
