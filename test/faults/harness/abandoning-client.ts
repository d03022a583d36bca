import { connect } from 'node:net';

/** How a caller leaves: with an orderly end of its connection, or by breaking it. */
export type Leave = 'FIN' | 'RST';

/** Sends a search and leaves before the answer; resolves when the connection is closed. */
export function askAndLeave(url: string, query: string, leave: Leave, afterMs: number): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const path = `/v1/search?${new URLSearchParams({ q: query })}`;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, () => {
        setTimeout(() => {
          if (leave === 'RST') socket.resetAndDestroy();
          else socket.destroy();
        }, afterMs);
      });
    });
    // Refused or reset: it is gone either way.
    socket.on('error', () => {});
    socket.once('close', () => resolve());
  });
}
