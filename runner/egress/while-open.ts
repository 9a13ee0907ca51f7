import type { Duplex } from 'node:stream';

/**
 * Whether a client still waits for its first answer on a connection that nobody reads yet. One that ended its side will not use what
 * it asked for, and Node alone would keep the other side open. To be released before somebody reads.
 */
export function whileOpen(socket: Duplex): { gone: AbortSignal; release(): void } {
  const leaving = new AbortController();
  const leave = () => {
    leaving.abort();
    socket.destroy();
  };
  socket.once('close', leave).once('end', leave);
  if (socket.destroyed || socket.readableEnded) leave();
  return { gone: leaving.signal, release: () => void socket.off('close', leave).off('end', leave) };
}
