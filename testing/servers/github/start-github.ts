import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTestAuthority, type TestAuthority } from '../test-authority.ts';
import { announcePush } from './announce-push.ts';
import { openApi } from './api/answer-api.ts';
import type { Simulation } from './api/routes.ts';
import { answerGit, isGitPath } from './git-http.ts';
import { installOn } from './installations.ts';
import { answerPage } from './pages.ts';
import { addAccount, addRepository, commitAs, createApp, requireRepository } from './people.ts';
import { endPull } from './pulls.ts';
import { mintUserToken } from './sign-in.ts';
import type { SeenRequest, Simulator } from './simulator.ts';
import { readBearer } from './tokens.ts';
import { openHooks } from './webhooks.ts';
import { randomName, requireAccount, type World } from './world.ts';

function emptyWorld(origin: string): World {
  let lastId = 1000;
  return {
    origin,
    apiUrl: `${origin}/api/v3`,
    now: () => new Date(),
    accounts: new Map(),
    apps: new Map(),
    installations: new Map(),
    repositories: new Map(),
    tokens: new Map(),
    manifestCodes: new Map(),
    userCodes: new Map(),
    deliveries: [],
    signedInAs: null,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
  };
}

interface Planned {
  path: RegExp;
  status: number;
  body: unknown;
}

interface Answering {
  github: Simulator;
  simulation: Simulation;
  planned: Planned[];
  api: ReturnType<typeof openApi>;
}

function takePlanned(planned: Planned[], pathname: string): Planned | null {
  const at = planned.findIndex(({ path }) => path.test(pathname));
  return at === -1 ? null : (planned.splice(at, 1)[0] ?? null);
}

async function showPage(
  { github, simulation }: Answering,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) {
  const { method = 'GET', headers } = request;
  const body = method === 'POST' ? await text(request) : '';
  const form = headers['content-type']?.includes('json')
    ? new URLSearchParams(JSON.parse(body) as Record<string, string>)
    : new URLSearchParams(body);
  const shown = await answerPage(github, simulation.world, { method, url, form, accept: headers.accept ?? '' });
  if (!shown) return response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
  if (shown.redirect) return response.writeHead(302, { location: shown.redirect }).end();
  const type = shown.json === undefined ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(shown.status ?? 200, { 'content-type': type });
  return response.end(shown.json === undefined ? shown.html : JSON.stringify(shown.json));
}

async function answer(answering: Answering, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const { simulation, planned, api } = answering;
  const url = new URL(request.url ?? '/', simulation.world.origin);
  const instead = takePlanned(planned, url.pathname);
  if (instead)
    return response
      .writeHead(instead.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(instead.body ?? { message: 'Server Error' }));
  if (isGitPath(url.pathname))
    return answerGit(simulation.world, { request, response, url }, (push) => announcePush(simulation, push));
  if (url.pathname.startsWith('/api/v3/')) return api(request, response);
  return showPage(answering, request, response, url);
}

function peopleOf(world: World, folder: string, simulation: Simulation) {
  return {
    addUser: (login: string, facts?: { name?: string; email?: string }) => addAccount(world, 'User', login, facts),
    addOrganization: (login: string, { owners }: { owners: string[] }) => {
      const organization = addAccount(world, 'Organization', login);
      for (const owner of owners) organization.owners.add(requireAccount(world, owner).login);
      return organization;
    },
    addRepository: (...asked: Parameters<Simulator['addRepository']>) => addRepository(world, folder, asked),
    async push(name: string, facts: Parameters<Simulator['push']>[1]) {
      const repository = requireRepository(world, name);
      const { before, after } = await commitAs(world, repository, facts);
      const references = [{ before, after, name: `refs/heads/${facts.branch}` }];
      await announcePush(simulation, { repository, by: facts.by, references });
      return after;
    },
    renameUser(login: string, to: string) {
      const account = requireAccount(world, login);
      world.accounts.delete(login.toLowerCase());
      account.login = to;
      world.accounts.set(to.toLowerCase(), account);
      for (const { collaborators } of world.repositories.values()) {
        const role = collaborators.get(login);
        if (!role) continue;
        collaborators.delete(login);
        collaborators.set(to, role);
      }
    },
  } satisfies Partial<Simulator>;
}

function appsOf(world: World, simulation: Simulation) {
  return {
    createApp: (facts: Parameters<Simulator['createApp']>[0]) => createApp(world, facts),
    makeAppFromManifest(facts: Parameters<Simulator['makeAppFromManifest']>[0]) {
      const code = randomName(40);
      world.manifestCodes.set(code, createApp(world, facts));
      return code;
    },
    ...installOn(simulation),
    signInAs: (login: string | null) => {
      world.signedInAs = login;
    },
    authorize: (app: Parameters<Simulator['authorize']>[0], login: string) =>
      mintUserToken.code(world, { app, user: requireAccount(world, login), redirectUri: null }),
    async revokeAuthorization(app: Parameters<Simulator['authorize']>[0], login: string) {
      const sender = requireAccount(world, login);
      for (const [value, token] of world.tokens)
        if (token.kind === 'user' && token.app.id === app.id && token.user.id === sender.id) world.tokens.delete(value);
      const event = { event: 'github_app_authorization', action: 'revoked', sender, payload: {} };
      await simulation.hooks.send(event, app);
    },
  } satisfies Partial<Simulator>;
}

function rulesOf(world: World, simulation: Simulation, planned: Planned[]) {
  return {
    protect(name, rule) {
      const { protections } = requireRepository(world, name);
      protections.push({ requiresPullRequest: rule.mayPush === undefined, mayPush: null, ...rule });
    },
    addDeployToken(name, level) {
      const token = randomName(40);
      requireRepository(world, name).deployTokens.set(token, level);
      return token;
    },
    answerNext: (path, status, body) => {
      planned.push({ path, status, body });
    },
    mergePull: (name, number, by) => endPull(simulation, requireRepository(world, name), { number, by, isMerge: true }),
    closePull: (name, number, by) =>
      endPull(simulation, requireRepository(world, name), { number, by, isMerge: false }),
  } satisfies Partial<Simulator>;
}

interface StartOptions {
  authority?: TestAuthority;
  /** Trusted where webhooks are delivered to, besides the simulator's own. */
  webhookAuthorityPem?: () => string | undefined;
  /** Without TLS, as allowed on a loopback address. */
  isPlain?: boolean;
}

/** Starts it on a free port of `localhost`, with a certificate of its own authority. */
export async function startGithub({
  authority,
  webhookAuthorityPem,
  isPlain = false,
}: StartOptions = {}): Promise<Simulator> {
  const trusted = authority ?? (await createTestAuthority('GitHub simulator'));
  const pair = await trusted.issueServer();
  const folder = await mkdtemp(join(tmpdir(), 'github-simulator-'));
  const requests: SeenRequest[] = [];
  const planned: Planned[] = [];
  const server = isPlain ? createPlainServer() : createServer({ cert: pair.certificatePem, key: pair.keyPem });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `${isPlain ? 'http' : 'https'}://localhost:${(server.address() as AddressInfo).port}`;
  const world = emptyWorld(origin);
  const hooks = openHooks(world, webhookAuthorityPem ?? (() => trusted.pem));
  const simulation: Simulation = { world, hooks };
  const github: Simulator = {
    origin,
    apiUrl: world.apiUrl,
    authorityPem: trusted.pem,
    world,
    hooks,
    requests,
    ...peopleOf(world, folder, simulation),
    ...appsOf(world, simulation),
    ...rulesOf(world, simulation, planned),
    async close() {
      await hooks.settled();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const api = openApi(simulation);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const { authorization, ...others } = headers;
    const seen: SeenRequest = { method, path, token: readBearer(authorization), headers: others, status: null };
    requests.push(seen);
    response.once('finish', () => {
      seen.status = response.statusCode;
    });
    answer({ github, simulation, planned, api }, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`the simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  return github;
}
