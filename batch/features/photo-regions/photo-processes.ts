import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../shared/errors/index.ts';
import type { PhotoDescription, PhotoDevice } from './photo-network.ts';
import type { PhotoProcessAnswer, PhotoProcessTask } from './photo-process.ts';

/** Processes with a network each: ONNX Runtime ends the whole process if it is stopped while a thread runs it. */
export interface PhotoProcesses {
  /**
   * Describes photographs in the next free process.
   *
   * @throws AppError of `openPhotoNetwork` and `PhotoNetwork.describe`; `internal` if a process dies; `cancelled` after
   *   `close`.
   */
  describe(photos: readonly Uint8Array[]): Promise<PhotoDescription[]>;
  /** Ends the processes when they have done what they are at. What still waits is given up. */
  close(): Promise<void>;
}

interface Work {
  readonly photos: readonly Uint8Array[];
  readonly answer: PromiseWithResolvers<PhotoDescription[]>;
}

interface Member {
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;
  current: Work | undefined;
}

const PROGRAM = fileURLToPath(new URL('photo-process.ts', import.meta.url));

/** Starts processes, each with the network in `model` on one thread. */
export function startPhotoProcesses(count: number, model: Uint8Array, device: PhotoDevice): PhotoProcesses {
  const waiting: Work[] = [];
  let ended: AppError | undefined;

  const give = (member: Member) => {
    member.current = waiting.shift();
    if (member.current !== undefined) send(member.child, { photos: member.current.photos });
  };
  const end = (error: AppError) => {
    ended ??= error;
    for (const { answer } of waiting.splice(0)) answer.reject(ended);
  };
  const members = Array.from({ length: count }, (): Member => {
    const child = fork(PROGRAM, {
      serialization: 'advanced',
      // As this process was started: an installed package has its types removed by a module that is loaded first.
      execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
    });
    const gone = Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => {});
    const member: Member = { child, gone, current: undefined };
    child.on('message', (answer: PhotoProcessAnswer) => {
      const { current } = member;
      if ('descriptions' in answer) {
        current?.answer.resolve(answer.descriptions);
      } else {
        const { code, message, hint } = answer.error;
        current?.answer.reject(new AppError(code, message, { hint }));
      }
      give(member);
    });
    const lost = (cause: unknown) => {
      const error = new AppError('internal', `a process that describes photographs died: ${String(cause)}`, {
        hint: 'the machine may have too little memory for one in each core: use fewer',
        cause,
      });
      end(error);
      member.current?.answer.reject(ended ?? error);
      member.current = undefined;
    };
    child.on('error', lost);
    child.on('exit', (code, signal) => lost(`it ended by ${signal ?? `code ${code}`}`));
    send(child, { model, device });
    return member;
  });

  return {
    describe: async (photos) => {
      if (ended !== undefined) throw ended;
      const work: Work = { photos, answer: Promise.withResolvers() };
      waiting.push(work);
      const free = members.find(({ current }) => current === undefined);
      if (free !== undefined) give(free);
      return work.answer.promise;
    },
    close: async () => {
      end(new AppError('cancelled', 'the processes that describe photographs were closed'));
      // A channel that is disconnected while half an answer has come is never closed (Node 24), and its process never ends.
      await Promise.allSettled(members.flatMap(({ current }) => current?.answer.promise ?? []));
      for (const { child } of members) if (child.connected) child.disconnect();
      await Promise.all(members.map(({ gone }) => gone));
    },
  };
}

function send(child: ChildProcess, task: PhotoProcessTask): void {
  // Without a receiver the process is gone, which its exit tells.
  child.send(task, () => {});
}
