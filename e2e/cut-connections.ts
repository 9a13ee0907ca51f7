import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const opened = 'net.server.socket';

/** Knows every connection that servers of this process accept from now on. `cut` ends those of a port as a broken network does. */
export function watchConnections() {
  const sockets = new Set<Socket>();
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  subscribe(opened, onSocket);
  return {
    cut(port: number): number {
      const cut = [...sockets].filter(({ localPort }) => localPort === port);
      for (const socket of cut) socket.resetAndDestroy();
      return cut.length;
    },
    stop: () => unsubscribe(opened, onSocket),
  };
}
