import { appDocument, installationDocument, publicUser } from '../documents/accounts.ts';
import { Refusal } from '../tokens.ts';
import { type Account, type App, findAccount, installationsOf, isAtLeast, repositoriesOf, roleIn } from '../world.ts';
import { type Route, type Simulation, textOf } from './routes.ts';

const rate = { limit: 5000, used: 1, remaining: 4999, reset: 0 };

const notFound = () => new Refusal(404, 'Not Found');

/** What an app does with its client id and secret. */
function grantRoutes({ world }: Simulation): Route[] {
  const forget = (isGone: (user: Account, value: string) => boolean, app: App) => {
    for (const [value, token] of world.tokens)
      if (token.kind === 'user' && token.app.id === app.id && isGone(token.user, value)) world.tokens.delete(value);
  };
  return [
    {
      method: 'DELETE',
      path: '/applications/:clientId/token',
      as: 'client',
      answer: ({ body }, app) => {
        const found = world.tokens.get(textOf(body.access_token) ?? '');
        if (found?.kind !== 'user' || found.app.id !== app.id) throw notFound();
        forget((_user, value) => value === body.access_token, app);
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/applications/:clientId/grant',
      as: 'client',
      answer: ({ body }, app) => {
        const found = world.tokens.get(textOf(body.access_token) ?? '');
        if (found?.kind !== 'user' || found.app.id !== app.id) throw notFound();
        forget((user) => user.id === found.user.id, app);
        return { status: 204 };
      },
    },
  ];
}

function personRoutes({ world }: Simulation): Route[] {
  return [
    {
      method: 'POST',
      path: '/app-manifests/:code/conversions',
      as: 'anyone',
      answer: ({ params }) => {
        const made = world.manifestCodes.get(params.code ?? '');
        world.manifestCodes.delete(params.code ?? '');
        if (!made) throw notFound();
        const { app, pem } = made;
        const secrets = {
          client_id: app.clientId,
          client_secret: app.clientSecret,
          webhook_secret: app.webhook?.secret ?? null,
          pem,
        };
        return { status: 201, body: { ...appDocument(world, app), ...secrets } };
      },
    },
    {
      method: 'GET',
      path: '/user',
      as: 'token',
      answer: (_call, token) => {
        if (token.kind !== 'user') throw new Refusal(403, 'Resource not accessible by integration');
        return { body: publicUser(world, token.user) };
      },
    },
    {
      method: 'GET',
      path: '/user/installations',
      as: 'token',
      answer: (_call, token) => {
        if (token.kind !== 'user') throw new Refusal(403, 'Resource not accessible by integration');
        const found = installationsOf(world, token.app).filter((one) =>
          repositoriesOf(world, one).some((repository) => isAtLeast(roleIn(repository, token.user), 'read')),
        );
        return {
          body: { total_count: found.length, installations: found.map((one) => installationDocument(world, one)) },
        };
      },
    },
    {
      method: 'GET',
      path: '/users/:login',
      as: 'token',
      answer: ({ params }) => {
        const account = findAccount(world, params.login ?? '');
        if (!account) throw notFound();
        return { body: publicUser(world, account) };
      },
    },
    {
      method: 'GET',
      path: '/user/:id',
      as: 'token',
      answer: ({ params }) => {
        const account = [...world.accounts.values()].find(({ id }) => String(id) === params.id);
        if (!account) throw notFound();
        return { body: publicUser(world, account) };
      },
    },
    {
      method: 'GET',
      path: '/rate_limit',
      as: 'token',
      answer: () => ({ body: { resources: { core: rate, search: rate }, rate } }),
    },
    {
      method: 'GET',
      path: '/meta',
      as: 'anyone',
      answer: () => ({
        body: { verifiable_password_authentication: false, hooks: ['127.0.0.1/32'], web: [], api: [], git: [] },
      }),
    },
  ];
}

export const userRoutes = (simulation: Simulation): Route[] => [
  ...personRoutes(simulation),
  ...grantRoutes(simulation),
];
