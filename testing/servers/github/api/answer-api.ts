import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Refusal } from '../tokens.ts';
import { appRoutes } from './app-routes.ts';
import { discussionRoutes } from './discussion-routes.ts';
import { pullRoutes } from './pull-routes.ts';
import { repositoryRoutes } from './repository-routes.ts';
import { reviewRoutes } from './review-routes.ts';
import { answerRoute, type Route, type Simulation } from './routes.ts';
import { userRoutes } from './user-routes.ts';

const prefix = '/api/v3';

const documentation = 'https://docs.github.com/rest';

async function bodyOf(c: Context): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

function refusalOf(error: unknown): Response {
  if (!(error instanceof Refusal)) throw error;
  const { status, message, more } = error;
  return Response.json({ message, ...more, documentation_url: documentation, status: String(status) }, { status });
}

async function answerCall(simulation: Simulation, route: Route, c: Context): Promise<Response> {
  const call = { params: c.req.param() as Record<string, string>, query: new URL(c.req.url).searchParams };
  const authorization = c.req.header('authorization');
  try {
    const whole = { ...call, accept: c.req.header('accept') ?? '', body: await bodyOf(c) };
    const { status = 200, body, headers = {}, text } = await answerRoute(simulation.world, route, whole, authorization);
    const all = { 'x-github-request-id': crypto.randomUUID(), 'x-ratelimit-remaining': '4999', ...headers };
    if (text !== undefined) return new Response(text, { status, headers: { ...all, 'content-type': 'text/plain' } });
    return body === undefined
      ? new Response(null, { status, headers: all })
      : Response.json(body, { status, headers: all });
  } catch (error) {
    return refusalOf(error);
  }
}

/** Names of branches and paths take the rest of an address, so they come last. */
export const apiRoutes = (simulation: Simulation): Route[] =>
  [appRoutes, userRoutes, discussionRoutes, pullRoutes, reviewRoutes, repositoryRoutes].flatMap((some) =>
    some(simulation),
  );

/** GitHub's REST API below `/api/v3`. */
export function openApi(simulation: Simulation): ReturnType<typeof getRequestListener> {
  const app = new Hono();
  for (const route of apiRoutes(simulation))
    app.on(route.method, prefix + route.path, (c) => answerCall(simulation, route, c));
  app.notFound(() => refusalOf(new Refusal(404, 'Not Found')));
  return getRequestListener(app.fetch);
}
