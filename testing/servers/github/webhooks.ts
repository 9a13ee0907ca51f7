import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { installationDocument, simpleUser } from './documents/accounts.ts';
import {
  type Account,
  type App,
  covers,
  type Delivery,
  fullName,
  type Installation,
  type Repository,
  type World,
} from './world.ts';

/** Signed deliveries, as GitHub sends them: once, ten seconds at most, and kept for whoever asks again. */

export interface Event {
  event: string;
  action?: string;
  repository?: Repository;
  installation?: Installation;
  sender: Account;
  payload: Record<string, unknown>;
}

export interface Hooks {
  /** To every app that is installed where it happened and listens to it; or to one app. */
  send(event: Event, app?: App): Promise<void>;
  redeliver(delivery: Delivery): void;
  uninstall(installation: Installation, by: Account): Promise<void>;
  /** While false, nothing is sent, as if the connection had failed: kept with status 502. */
  setReachable(isReachable: boolean): void;
  /** All that are under way have ended. */
  settled(): Promise<void>;
}

interface Posted {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

const timeLimitMs = 10_000;

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  authorityPem: string | undefined,
): Promise<Posted> {
  const { promise, resolve, reject } = Promise.withResolvers<Posted>();
  const asked = request(url, {
    method: 'POST',
    headers,
    agent: false,
    signal: AbortSignal.timeout(timeLimitMs),
    ...(authorityPem && { ca: authorityPem }),
  });
  asked.on('error', reject);
  asked.on('response', (answer) => {
    text(answer).then((said) => {
      const received = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
      resolve({ statusCode: answer.statusCode ?? 0, headers: received, body: said });
    }, reject);
  });
  asked.end(body);
  return promise;
}

export const signatureOf = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

function headersOf(app: App, event: string, guid: string, body: string): Record<string, string> {
  const secret = app.webhook?.secret;
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'GitHub-Hookshot/simulator',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(app.id),
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
    ...(secret && { 'x-hub-signature-256': signatureOf(secret, body) }),
  };
}

/** As recorded: times are numbers of seconds, except where it is suspended or taken up again. */
function installationIn(world: World, action: string | undefined, installation: Installation) {
  const document = installationDocument(world, installation);
  if (action === 'suspend' || action === 'unsuspend') return document;
  const seconds = (at: Date) => Math.floor(at.getTime() / 1000);
  const { createdAt, updatedAt } = installation;
  return { ...document, created_at: seconds(createdAt), updated_at: seconds(updatedAt) };
}

const always = new Set(['installation', 'installation_repositories', 'github_app_authorization', 'ping']);

function receiversOf(
  world: World,
  { event, repository, installation }: Event,
): { app: App; installation: Installation | null }[] {
  if (installation) return [{ app: installation.app, installation }];
  return [...world.installations.values()]
    .filter((one) => repository && covers(one, repository) && !one.suspended)
    .filter((one) => always.has(event) || one.events.includes(event))
    .map((one) => ({ app: one.app, installation: one }));
}

/** While nobody listens, events are not put together: each takes several programs of git. */
export const isHeard = ({ apps }: World): boolean => [...apps.values()].some(({ webhook }) => webhook !== null);

export function openHooks(world: World, authorityOf: () => string | undefined): Hooks {
  let isReachable = true;
  const underWay = new Set<Promise<void>>();

  async function attempt(
    app: App,
    {
      guid,
      event,
      action,
      payload,
      isRedelivery,
      ids,
    }: {
      guid: string;
      event: string;
      action: string | null;
      payload: Record<string, unknown>;
      isRedelivery: boolean;
      ids: [number | null, number | null];
    },
  ): Promise<void> {
    const url = app.webhook?.url;
    if (!url) return;
    const body = JSON.stringify(payload);
    const headers = headersOf(app, event, guid, body);
    const started = performance.now();
    const id = world.nextId();
    const deliveredAt = world.now();
    const failed = { statusCode: 502, headers: {}, body: 'failed to connect to host' };
    const posted = isReachable ? await post(url, headers, body, authorityOf()).catch(() => failed) : failed;
    const isFine = posted.statusCode >= 200 && posted.statusCode < 300;
    world.deliveries.push({
      id,
      guid,
      app,
      url,
      event,
      action,
      payload,
      headers,
      deliveredAt,
      isRedelivery,
      installationId: ids[0],
      repositoryId: ids[1],
      durationMs: Math.round(performance.now() - started),
      status: isFine
        ? 'OK'
        : posted === failed
          ? 'failed to connect to host'
          : `Invalid HTTP Response: ${posted.statusCode}`,
      statusCode: posted.statusCode,
      answer: { headers: posted.headers, body: posted.body },
    });
  }

  const track = (work: Promise<void>): Promise<void> => {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  };

  async function send(event: Event, only?: App): Promise<void> {
    const { action, repository, sender, payload } = event;
    const receivers = only ? [{ app: only, installation: event.installation ?? null }] : receiversOf(world, event);
    for (const { app, installation } of receivers) {
      const isAboutInstallation = event.event.startsWith('installation');
      const whole = {
        ...(action !== undefined && { action }),
        ...payload,
        ...(installation &&
          !isAboutInstallation && { installation: { id: installation.id, node_id: `I_${installation.id}` } }),
        ...(installation && isAboutInstallation && { installation: installationIn(world, action, installation) }),
        sender: simpleUser(world, sender),
      };
      const ids: [number | null, number | null] = [installation?.id ?? null, repository?.id ?? null];
      await track(
        attempt(app, {
          guid: randomUUID(),
          event: event.event,
          action: action ?? null,
          payload: whole,
          isRedelivery: false,
          ids,
        }),
      );
    }
  }

  return {
    send,
    redeliver({ app, guid, event, action, payload, installationId, repositoryId }) {
      const ids: [number | null, number | null] = [installationId, repositoryId];
      void track(
        attempt(app, { guid, event, action, payload: payload as Record<string, unknown>, isRedelivery: true, ids }),
      );
    },
    async uninstall(installation, by) {
      const gone = repositoriesInside(world, installation);
      world.installations.delete(installation.id);
      for (const [value, token] of world.tokens)
        if (token.kind === 'installation' && token.installation.id === installation.id) world.tokens.delete(value);
      await send({
        event: 'installation',
        action: 'deleted',
        installation,
        sender: by,
        payload: { repositories: gone },
      });
    },
    setReachable: (value) => {
      isReachable = value;
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

const shortRepository = (repository: Repository) => ({
  id: repository.id,
  node_id: Buffer.from(`R${repository.id}`).toString('base64url'),
  name: repository.name,
  full_name: fullName(repository),
  private: repository.isPrivate,
});

export const shortRepositories = (repositories: readonly Repository[]) => repositories.map(shortRepository);

export const repositoriesInside = (world: World, installation: Installation) =>
  shortRepositories([...world.repositories.values()].filter((one) => covers(installation, one)));
