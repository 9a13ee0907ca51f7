import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TLSSocket } from 'node:tls';
import type { ContainerSpec } from '../driver.ts';
import { collectSeconds } from './job-manifest.ts';
import { type Begin, join, type OpeningKind, readLine, stayMs, ToRunner, writeLine } from './link-messages.ts';
import type { LinkTarget } from './open-links.ts';
import { packFolders } from './pack-folders.ts';
import { ArchiveTooLarge, type Owner, unpackFolders } from './unpack-folders.ts';

const unreadOutputMs = 2000;
const longestCollectMs = collectSeconds * 1000;
const megabyte = 1024 * 1024;
/** Twice its disk, since a long name takes more in an archive than on a disk, and something for an almost empty one. */
const mostBytes = (diskMb: number) => (2 * diskMb + 64) * megabyte;

/** What came of bringing the folders back: MB in them, or why they are not as the task left them. */
type Collected = { diskMb: number } | { lost: string };

function whyLost(error: unknown): string {
  if (error instanceof ArchiveTooLarge) return 'more came back than its disk can hold';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the runner’s own disk has no room for its files';
  // Messages of the system have the runner's own paths in them.
  return `bringing its files back broke off (${(code ?? message).slice(0, 300)})`;
}

/** The runner's end of a pod's connections. */
export interface PodLink extends LinkTarget {
  stdout: PassThrough;
  stderr: PassThrough;
  /** The task has begun. @throws Error with why it has not */
  started: Promise<void>;
  readonly hasPassedDisk: boolean;
  /** At the pod's own word, which the API server is not needed for: its way out is closed at once. */
  kill(): void;
  /** Brings the folders back, once. When it resolves, nothing writes into them any more. */
  collect(): Promise<Collected>;
  /** Nobody wants the folders any more: `collect` resolves at once. */
  drop(): void;
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
  private readonly collected = Promise.withResolvers<Collected>();
  private readonly outputs = new Map<TLSSocket, PassThrough>();
  private readonly waysOut = new Set<TLSSocket>();
  private control: TLSSocket | null = null;
  private isKilled = false;
  private bringing: TLSSocket | null = null;
  private unpacked: Promise<void> | null = null;
  private isCollected = false;

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
      this.collected.resolve({ lost: 'its pod was gone before its files were brought back' });
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
        // Why it is not whole is said where it breaks off.
        const isWhole = await (this.unpacked ?? Promise.reject(new Error('no folders'))).then(
          () => true,
          () => false,
        );
        const { diskMb } = message;
        this.collected.resolve(isWhole ? { diskMb } : { lost: 'its pod sent no files' });
      }
    }
  }

  take(kind: Exclude<OpeningKind, 'hello'>, socket: TLSSocket): void {
    const { spec } = this.options;
    if (kind === 'egress') {
      if (this.isKilled) return void socket.destroy();
      this.waysOut.add(socket);
      socket.once('close', () => this.waysOut.delete(socket));
      join(socket, connect({ path: spec.egressSocket, allowHalfOpen: true }));
    } else if (kind === 'folders-in') {
      void sendFolders(socket, spec).catch(() => socket.destroy());
    } else if (kind === 'folders-out') {
      this.takeBack(socket);
    } else {
      this.outputs.set(socket, this[kind]);
      socket.pipe(this[kind]);
      socket.once('end', () => socket.end());
    }
  }

  private takeBack(socket: TLSSocket): void {
    if (this.bringing || this.isCollected) return void socket.destroy();
    this.bringing = socket;
    const { spec, owner } = this.options;
    const onMore = (error: ArchiveTooLarge) => {
      this.hasPassedDisk = true;
      // Its pod ends as soon as nobody reads any more, which is not why.
      this.collected.resolve({ lost: whyLost(error) });
    };
    const options = { owner, most: mostBytes(spec.limits.diskMb), onMore };
    this.unpacked = unpackFolders(socket, { ...spec.folders }, options).finally(() => socket.end());
    this.unpacked.catch((error: unknown) => {
      this.collected.resolve({ lost: whyLost(error) });
      socket.destroy();
    });
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

  async collect(): Promise<Collected> {
    const { control } = this;
    if (!control || control.destroyed)
      this.collected.resolve({ lost: 'its pod was gone before its files were brought back' });
    else writeLine(control, { order: 'collect' });
    const onLate = () => this.collected.resolve({ lost: `that took longer than ${collectSeconds / 60} minutes` });
    const late = setTimeout(onLate, longestCollectMs);
    try {
      return await this.collected.promise;
    } finally {
      clearTimeout(late);
      this.isCollected = true;
      this.bringing?.destroy();
      await this.unpacked?.catch(() => undefined);
    }
  }

  drop(): void {
    this.collected.resolve({ lost: 'nobody wanted them any more' });
  }

  close(): void {
    this.starting.reject(new Error('it was ended before it began'));
    this.control?.destroy();
    for (const output of [this.stdout, this.stderr]) output.end();
  }
}

export const podLinkFor = (options: LinkOptions): PodLink => new OpenPodLink(options);
