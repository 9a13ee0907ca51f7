import type { ChildProcess } from 'node:child_process';
import { ReeveError } from '#server/fail.ts';
import { receiveBody } from '#server/http/receive-body.ts';
import type { Dialect, WireCall } from '#server/http/wire-routes.ts';
import { challenge, type FetchingServices, requireFetchable, whoFetches } from '../library/who-fetches.ts';
import { openRepositories } from './build-repository.ts';
import { gitMissing, spawnGit } from './git-program.ts';
import { limitProcesses } from './limit-processes.ts';
import { streamProgram } from './stream-program.ts';

/** What a client wants and has; with thousands of versions at hand it stays far below this. */
const maxRequestBytes = 1024 * 1024;
const timeLimitMs = 120_000;
const limits = { running: 6, waiting: 100, each: 3 };
const service = 'git-upload-pack';

const noCache = {
  'cache-control': 'no-cache, max-age=0, must-revalidate',
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
};

/** Other versions of the protocol, and whatever else a client might put there, are not for the program. */
const protocolIn = ({ c }: WireCall): string | undefined =>
  /^version=[012]$/.exec(c.req.header('git-protocol') ?? '')?.[0];

const readOnly = () =>
  new ReeveError(
    'not-permitted',
    {},
    { message: 'This repository is read only. Bundles are changed and published in Reeve, under Team Config.' },
  );

/** gitprotocol-common(5): four hexadecimal digits of length, then so much text. */
const packetLine = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;

async function started(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('spawn', resolve);
  child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? gitMissing() : error));
  await promise;
}

interface Opened {
  repository: string;
  caller: string;
}

interface Asked {
  args: readonly string[];
  body: Buffer | null;
  type: string;
  /** Said before what the program says. */
  before: string;
}

function gitRoutes(services: FetchingServices) {
  const repositoryOf = openRepositories(services);
  const takeTurn = limitProcesses(limits);

  async function open(call: WireCall): Promise<Opened> {
    const fetching = await whoFetches(services, call);
    const slug = (call.c.req.param('repository') ?? '').replace(/\.git$/, '');
    const { bundle } = await requireFetchable(services, fetching, slug);
    return { repository: await repositoryOf(fetching.workspaceId, bundle), caller: fetching.caller };
  }

  async function answer(
    call: WireCall,
    { repository, caller }: Opened,
    { args, body, type, before }: Asked,
  ): Promise<Response> {
    const release = await takeTurn(caller);
    let child: ChildProcess;
    try {
      child = spawnGit(['upload-pack', '--strict', '--stateless-rpc', ...args, repository], {
        cwd: repository,
        protocol: protocolIn(call),
      });
      await started(child);
    } catch (error) {
      release();
      throw error;
    }
    child.stdin?.on('error', () => {});
    child.stdin?.end(body ?? undefined);
    const stream = streamProgram(child, {
      outgoing: call.c.env.outgoing,
      timeLimitMs,
      release,
      onBrokenOff: (facts) => call.log.info(facts, 'a fetch by git broke off'),
    });
    const whole = before === '' ? stream : prefixed(before, stream);
    return call.c.body(whole, 200, { ...noCache, 'content-type': type, 'x-content-type-options': 'nosniff' });
  }

  return {
    async advertise(call: WireCall): Promise<Response> {
      const asked = call.c.req.query('service');
      const opened = await open(call);
      if (asked === 'git-receive-pack') throw readOnly();
      if (asked !== service)
        throw new ReeveError(
          'not-permitted',
          {},
          { message: 'This is a repository for git over smart HTTP: use a git of 2012 or newer.' },
        );
      const before = protocolIn(call) === 'version=2' ? '' : `${packetLine(`# service=${service}\n`)}0000`;
      return answer(call, opened, {
        args: ['--advertise-refs'],
        body: null,
        type: `application/x-${service}-advertisement`,
        before,
      });
    },
    async upload(call: WireCall): Promise<Response> {
      const opened = await open(call);
      if (call.c.req.header('content-type') !== `application/x-${service}-request`)
        throw new ReeveError('media-type-not-supported');
      const body = await receiveBody(call.c.env.incoming, {
        maxBytes: maxRequestBytes,
        encodings: ['gzip', 'x-gzip'],
        tooLarge: () => new ReeveError('body-too-large', { maxBytes: maxRequestBytes }),
        unknownEncoding: (encoding) => new ReeveError('media-type-not-supported', { encoding }),
      });
      return answer(call, opened, { args: [], body, type: `application/x-${service}-result`, before: '' });
    },
    async refusePush(call: WireCall): Promise<Response> {
      await whoFetches(services, call);
      throw readOnly();
    },
  };
}

const prefixed = (before: string, stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> =>
  ReadableStream.from(
    (async function* both() {
      yield Buffer.from(before);
      yield* stream;
    })(),
  );

const repository = '/team-config/:repository{[a-z0-9-]+\\.git}';

/** Bundles as repositories to clone, fetch and pull from; gitprotocol-http(5), the smart half of it. Nothing can be pushed. */
export function bundleGitDialect(services: FetchingServices): Dialect {
  const { advertise, upload, refusePush } = gitRoutes(services);
  return {
    name: 'Team Config as git',
    routes: [
      {
        method: 'GET',
        path: `${repository}/info/refs`,
        allow: 'checked-inside',
        summary: 'Branches and tags of a bundle',
        handle: advertise,
      },
      {
        method: 'POST',
        path: `${repository}/git-upload-pack`,
        allow: 'checked-inside',
        summary: 'Commits of a bundle, one a version',
        handle: upload,
      },
      {
        method: 'POST',
        path: `${repository}/git-receive-pack`,
        allow: 'checked-inside',
        summary: 'Refused: repositories are read only',
        handle: refusePush,
      },
    ],
    // git shows people what is plain text.
    renderError: (error) =>
      new Response(`${error.message}\n`, {
        status: error.status,
        headers: { 'content-type': 'text/plain; charset=utf-8', ...challenge(error.status) },
      }),
  };
}
