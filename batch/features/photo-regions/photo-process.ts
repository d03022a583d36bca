/** Process that describes the photographs it is sent, one batch after the other, until nobody can send any more. */
import process from 'node:process';
import { type ErrorCode, toAppError } from '../../../shared/errors/index.ts';
import { openPhotoNetwork, type PhotoDescription, type PhotoDevice } from './photo-network.ts';

/** What a process is sent: first what to run, then photographs. */
export type PhotoProcessTask =
  | { readonly model: Uint8Array; readonly device: PhotoDevice }
  | { readonly photos: readonly Uint8Array[] };

/** The answer to photographs. Errors are told in parts: sent as they are they would lose their code. */
export type PhotoProcessAnswer =
  | { readonly descriptions: PhotoDescription[] }
  | {
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

let opening: ReturnType<typeof openPhotoNetwork> | undefined;

async function describe(photos: readonly Uint8Array[]): Promise<PhotoProcessAnswer> {
  try {
    const network = await opening;
    if (network === undefined) throw new Error('photographs came before the network');
    return { descriptions: await network.describe(photos) };
  } catch (thrown) {
    const { code, message, hint } = toAppError(thrown);
    return { error: { code, message, hint } };
  }
}

process.on('message', (task: PhotoProcessTask) => {
  if ('photos' in task) {
    // If nobody receives it any more, this process ends anyway.
    void describe(task.photos).then((answer) => process.send?.(answer, undefined, undefined, () => {}));
  } else {
    opening = openPhotoNetwork(task.model, task.device);
    // The process that sends photographs gets the error.
    opening.catch(() => {});
  }
});
process.on('disconnect', () => process.exit(0));
// A terminal sends these to all processes; the one that started this one decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
