import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TLSSocket } from 'node:tls';
import type { ContainerSpec } from '../driver.ts';
import { type Owner, packFolders, unpackFolders } from './folder-tar.ts';
import { type Begin, join, type OpeningKind, readLine, stayMs, ToRunner, writeLine } from './link-messages.ts';
import type { LinkTarget } from './open-links.ts';

const unreadOutputMs = 2000;
const longestCollectMs = 10 * 60_000;
const megabyte = 1024 * 1024;
/** Twice its disk, since a long name takes more in an archive than on a disk, and something for an almost empty one. */
const mostBytes = (diskMb: number) => (2 * diskMb + 64) * megabyte;

/** The runner's end of a pod's connections. */
export interface PodLink extends LinkTarget {
  stdout: PassThrough;
  stderr: PassThrough;
  /** The task has begun. @throws Error with why it has not */
  started: Promise<void>;
  readonly hasPassedDisk: boolean;
  /** At the pod's own word, which the API server is not needed for: its way out is closed at once. */
  kill(): void;
  /** Brings the folders back. @returns MB in them; null when the pod is not there any more, or broke off */
  collect(): Promise<number | null>;
  close(): void;
}

/** Everything the pod gets, as one archive. */
async function sendFolders(socket: TLSSocket, { folders, readOnly }: ContainerSpec): Promise<void> {
  const own = await mkdtemp(path(tmpdir(), 'reeve-authority-'));
  try {
    await copyFile(readOnly.authority, path(own, 'ca.pem'));
    const client = readOnly.codex === null ? {} : { client: readOnly.codex };
    await pipeline(packFolders({ ...folders, ...client, authority: own }), socket);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

interface LinkOptions {
  spec: ContainerSpec;
  owner: Owner | null;
  session: () => string;
}

class OpenPodLink implements PodLink {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly started: Promise<void>;
  hasPassedDisk = false;
  private readonly options: LinkOptions;
  private readonly starting = Promise.withResolvers<void>();
  private readonly collected = Promise.withResolvers<number | null>();
  private readonly outputs = new Map<TLSSocket, PassThrough>();
  private readonly waysOut = new Set<TLSSocket>();
  private control: TLSSocket | null = null;
  private isKilled = false;
  private unpacked: Promise<void> | null = null;

  constructor(options: LinkOptions) {
    this.options = options;
    this.started = this.starting.promise;
    this.started.catch(() => undefined);
  }

  hello(socket: TLSSocket): void {
    this.control = socket;
    const { spec, session } = this.options;
    const begin: Begin = {
      session: session(),
      command: [...spec.command],
      env: { HOME: '/home/agent', USER: 'agent', LANG: 'C.UTF-8', ...spec.env },
      input: spec.input ?? null,
      workingFolder: spec.workingFolder,
      diskMb: spec.limits.diskMb,
    };
    writeLine(socket, begin);
    const staying = setInterval(() => writeLine(socket, { order: 'stay' }), stayMs);
    socket.once('close', () => {
      clearInterval(staying);
      this.starting.reject(new Error('the pod ended before it began'));
      this.collected.resolve(null);
    });
    void this.listen(socket).catch(() => socket.destroy());
  }

  private async listen(socket: TLSSocket): Promise<void> {
    for (;;) {
      const message = ToRunner.parse(JSON.parse(await readLine(socket, 65_536)));
      if (message.say === 'started') this.starting.resolve();
      else if (message.say === 'refused') this.starting.reject(new Error(message.why));
      else if (message.say === 'disk-limit') this.hasPassedDisk = true;
      else {
        const isWhole = await (this.unpacked ?? Promise.reject(new Error('no folders'))).then(
          () => true,
          () => false,
        );
        this.collected.resolve(isWhole ? message.diskMb : null);
      }
    }
  }

  take(kind: Exclude<OpeningKind, 'hello'>, socket: TLSSocket): void {
    const { spec, owner } = this.options;
    if (kind === 'egress') {
      if (this.isKilled) return void socket.destroy();
      this.waysOut.add(socket);
      socket.once('close', () => this.waysOut.delete(socket));
      join(socket, connect({ path: spec.egressSocket, allowHalfOpen: true }));
    } else if (kind === 'folders-in') {
      void sendFolders(socket, spec).catch(() => socket.destroy());
    } else if (kind === 'folders-out') {
      const most = mostBytes(spec.limits.diskMb);
      const onMore = () => {
        this.hasPassedDisk = true;
      };
      this.unpacked ??= unpackFolders(socket, { ...spec.folders }, { owner, most, onMore }).finally(() => socket.end());
      this.unpacked.catch(() => {
        socket.destroy();
        this.collected.resolve(null);
      });
    } else {
      this.outputs.set(socket, this[kind]);
      socket.pipe(this[kind]);
      socket.once('end', () => socket.end());
    }
  }

  kill(): void {
    if (this.isKilled) return;
    this.isKilled = true;
    if (this.control) writeLine(this.control, { order: 'kill' });
    // An image whose shell does not end when it is told to loses its way out all the same.
    for (const socket of this.waysOut) socket.destroy();
    // Nobody may read any more, and the pod would wait for it.
    setTimeout(() => {
      for (const [socket, output] of this.outputs) {
        socket.unpipe(output);
        socket.resume();
      }
    }, unreadOutputMs).unref();
  }

  async collect(): Promise<number | null> {
    const { control } = this;
    if (!control || control.destroyed) return null;
    writeLine(control, { order: 'collect' });
    const late = setTimeout(() => this.collected.resolve(null), longestCollectMs);
    try {
      return await this.collected.promise;
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    this.starting.reject(new Error('it was ended before it began'));
    this.control?.destroy();
    for (const output of [this.stdout, this.stderr]) output.end();
  }
}

export const podLinkFor = (options: LinkOptions): PodLink => new OpenPodLink(options);
