/** Restarts workerd when it ends by itself or hangs. */
import { type Kept, keepRunning } from '../../shared/async/keep-running.ts';
import { type ProbeTimes, probe } from '../../shared/platform/probe.ts';
import { launchWorkerd, type Workerd, type WorkerdOptions } from './workerd-process.ts';

/** Half a minute in all, so that a worker that is only slow on a busy machine is left alone. */
const PROBE_TIMES: ProbeTimes = { pauseMs: 2000, timeoutMs: 10_000, misses: 3 };

export interface KeepWorkerdOptions extends Omit<WorkerdOptions, 'address'> {
  /** How it is found out that it hangs; `PROBE_TIMES` by default. */
  readonly probeTimes?: ProbeTimes | undefined;
}

/** workerd, in whichever process it currently runs. */
export interface KeptWorkerd extends Kept {
  /** The same for every process. */
  readonly port: number;
}

/**
 * Starts workerd, and again on the same port whenever it ends; each restart is a warning in the log. One that no longer
 * answers `GET /healthz` is killed, with a warning too.
 *
 * @param host address without the port, in brackets where it is of IPv6
 * @throws if it does not start the first time.
 */
export async function keepWorkerdRunning(
  { probeTimes = PROBE_TIMES, ...options }: KeepWorkerdOptions,
  host: string,
  port: number,
): Promise<KeptWorkerd> {
  const launch = async (at: number) => {
    const workerd = await launchWorkerd({ ...options, address: `${host}:${at}` });
    void killIfItHangs(workerd, host, probeTimes, options.onLog);
    return workerd;
  };
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

async function killIfItHangs(
  workerd: Workerd,
  host: string,
  times: ProbeTimes,
  onLog: WorkerdOptions['onLog'],
): Promise<void> {
  const { pid, port, ended } = workerd;
  const end = new AbortController();
  void ended.then(() => end.abort());
  if (!(await probe(`http://${host}:${port}/healthz`, times, end.signal))) return;
  onLog({
    level: 'warn',
    text: `workerd hangs and is killed: it did not answer /healthz ${times.misses} times in a row, each within ${times.timeoutMs / 1000} s`,
    fields: { pid, port },
  });
  workerd.kill();
}
