import { findToken, Refusal, readBasic, readBearer, requireApp } from '../tokens.ts';
import type { Hooks } from '../webhooks.ts';
import type { Account, App, Installation, Level, Repository, Token, World } from '../world.ts';
import { covers, findRepository, isAtLeast, permits, roleIn } from '../world.ts';

/** The API as a table: path, who may call, with which permission, and the answer. */

export interface Simulation {
  world: World;
  hooks: Hooks;
}

export interface Call {
  params: Record<string, string>;
  query: URLSearchParams;
  accept: string;
  body: Record<string, unknown>;
}

interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** In place of JSON. */
  text?: string;
}

type Answer = Reply | Promise<Reply>;
export type InstallationToken = Extract<Token, { kind: 'installation' }>;
export interface InRepository {
  repository: Repository;
  token: Token | null;
  /** An app's bot, or the person. */
  actor: Account;
}

interface Path {
  method: string;
  path: string;
}

export type Route =
  | (Path & { as: 'anyone'; answer: (call: Call) => Answer })
  | (Path & { as: 'client'; answer: (call: Call, app: App) => Answer })
  | (Path & { as: 'app'; answer: (call: Call, app: App) => Answer })
  | (Path & {
      as: 'installation';
      answer: (call: Call, token: InstallationToken, installation: Installation) => Answer;
    })
  | (Path & { as: 'token'; answer: (call: Call, token: Token) => Answer })
  | (Path & {
      as: 'repository';
      /** What a token must permit; of several one is enough. */
      needs: readonly [string, Level][];
      answer: (call: Call, inside: InRepository) => Answer;
    });

const notFound = () => new Refusal(404, 'Not Found');
const badCredentials = () => new Refusal(401, 'Bad credentials');

function requireToken(world: World, header: string | undefined): Token {
  const value = readBearer(header);
  if (value === null) throw new Refusal(401, 'Requires authentication');
  const token = findToken(world, value);
  if (!token) throw badCredentials();
  if (token.kind === 'installation' && token.installation.suspended)
    throw new Refusal(403, 'This installation has been suspended');
  return token;
}

function enterRepository(
  world: World,
  token: Token,
  params: Call['params'],
  needs: readonly [string, Level][],
): InRepository {
  const repository = findRepository(world, params.owner ?? '', params.repo ?? '');
  if (!repository) throw notFound();
  if (token.kind === 'user') {
    const role = roleIn(repository, token.user);
    if (role === 'none') throw notFound();
    if (needs.some(([, level]) => level !== 'read') && !isAtLeast(role, 'write'))
      throw new Refusal(403, 'Must have push access to repository');
    return { repository, token, actor: token.user };
  }
  const { installation, repositories, permissions } = token;
  const isInside = covers(installation, repository) && (repositories?.has(repository.id) ?? true);
  if (!isInside && repository.isPrivate) throw notFound();
  const isPermitted = isInside && needs.some(([name, level]) => permits(permissions, name, level));
  if (!isPermitted) throw new Refusal(403, 'Resource not accessible by integration');
  return { repository, token, actor: installation.app.bot };
}

function requireClient(world: World, { params }: Call, header: string | undefined): App {
  const basic = readBasic(header);
  const app = [...world.apps.values()].find(({ clientId }) => clientId === params.clientId);
  if (!app || basic?.username !== app.clientId || basic.password !== app.clientSecret) throw notFound();
  return app;
}

export async function answerRoute(
  world: World,
  route: Route,
  call: Call,
  authorization: string | undefined,
): Promise<Reply> {
  if (route.as === 'anyone') return route.answer(call);
  if (route.as === 'app') return route.answer(call, await requireApp(world, authorization));
  if (route.as === 'client') return route.answer(call, requireClient(world, call, authorization));
  const token = requireToken(world, authorization);
  if (route.as === 'token') return route.answer(call, token);
  if (route.as === 'repository') return route.answer(call, enterRepository(world, token, call.params, route.needs));
  if (token.kind !== 'installation') throw new Refusal(403, 'Resource not accessible by personal access token');
  return route.answer(call, token, token.installation);
}

/** `per_page` and `page`, and the Link header that says where the next one is. */
export function pageOf<Item>(
  items: readonly Item[],
  { query }: Call,
  here: string,
): { items: Item[]; headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (number: number, rel: string) => {
    const next = new URLSearchParams(query);
    next.set('page', String(number));
    return `<${here}?${next}>; rel="${rel}"`;
  };
  const links = page < last ? [to(page + 1, 'next'), to(last, 'last')] : [];
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** @throws Refusal 422 as GitHub does */
export function requireText({ body }: Call, field: string, resource: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(422, 'Validation Failed', { errors: [{ resource, code: 'missing_field', field }] });
}
