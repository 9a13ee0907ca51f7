import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  address: string;
  /** Connections that come from now on wait. @returns when the first is there */
  hold(): Promise<void>;
  /** Those that wait go on; with `most`, until so many bytes have passed, and then they break. */
  letGo(most?: number): void;
  close(): void;
}

/** On the way from pods to their runner. `runnerPort`: asked for each connection. */
export async function startRelay(runnerPort: () => number): Promise<Relay> {
  const waiting: Socket[] = [];
  const all = new Set<Socket>();
  let held: (() => void) | null = null;
  const pass = (inner: Socket, most = Number.POSITIVE_INFINITY) => {
    const outer = connect({ host: '127.0.0.1', port: runnerPort(), allowHalfOpen: true });
    let bytes = 0;
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      all.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    inner.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > most) inner.destroy();
    });
    inner.pipe(outer);
    outer.pipe(inner);
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (held === null) return pass(socket);
    all.add(socket);
    waiting.push(socket);
    socket.on('error', () => socket.destroy());
    held();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () =>
      new Promise((resolve) => {
        held = resolve;
      }),
    letGo: (most) => {
      held = null;
      for (const socket of waiting.splice(0)) pass(socket, most);
    },
    close: () => {
      for (const socket of all) socket.destroy();
      server.close();
    },
  };
}
