import { appDocument, installationDocument } from '../documents/accounts.ts';
import { deliveryDocument, deliveryItem } from '../documents/deliveries.ts';
import { repositoryDocument } from '../documents/repositories.ts';
import { mintToken, Refusal, requireInstallation } from '../tokens.ts';
import { installationsOf, type Permissions, repositoriesOf } from '../world.ts';
import { pageOf, type Route, type Simulation } from './routes.ts';

const notFound = () => new Refusal(404, 'Not Found');

function tokenRoutes({ world }: Simulation): Route[] {
  return [
    {
      method: 'POST',
      path: '/app/installations/:id/access_tokens',
      as: 'app',
      answer: ({ params, body }, app) => {
        const installation = requireInstallation(world, app, Number(params.id));
        const { value, expiresAt, permissions, chosen } = mintToken(
          world,
          installation,
          body as { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions },
        );
        return {
          status: 201,
          body: {
            token: value,
            expires_at: expiresAt.toISOString(),
            permissions,
            repository_selection: chosen ? 'selected' : installation.selection,
            ...(chosen && { repositories: chosen.map((one) => repositoryDocument(world, one)) }),
          },
        };
      },
    },
    {
      method: 'DELETE',
      path: '/installation/token',
      as: 'installation',
      answer: (_call, token) => {
        for (const [value, one] of world.tokens) if (one === token) world.tokens.delete(value);
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/installation/repositories',
      as: 'installation',
      answer: (call, { repositories }, installation) => {
        const all = repositoriesOf(world, installation).filter(({ id }) => repositories?.has(id) ?? true);
        const { items, headers } = pageOf(all, call, `${world.apiUrl}/installation/repositories`);
        return {
          headers,
          body: {
            total_count: all.length,
            repository_selection: installation.selection,
            repositories: items.map((one) => repositoryDocument(world, one)),
          },
        };
      },
    },
  ];
}

function installationRoutes({ world, hooks }: Simulation): Route[] {
  return [
    {
      method: 'GET',
      path: '/app',
      as: 'app',
      answer: (_call, app) => ({
        body: { ...appDocument(world, app), installations_count: installationsOf(world, app).length },
      }),
    },
    {
      method: 'GET',
      path: '/app/installations',
      as: 'app',
      answer: (call, app) => {
        const { items, headers } = pageOf(installationsOf(world, app), call, `${world.apiUrl}/app/installations`);
        return { headers, body: items.map((one) => installationDocument(world, one)) };
      },
    },
    {
      method: 'GET',
      path: '/app/installations/:id',
      as: 'app',
      answer: ({ params }, app) => ({
        body: installationDocument(world, requireInstallation(world, app, Number(params.id))),
      }),
    },
    {
      method: 'DELETE',
      path: '/app/installations/:id',
      as: 'app',
      answer: async ({ params }, app) => {
        await hooks.uninstall(requireInstallation(world, app, Number(params.id)), app.owner);
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/repos/:owner/:repo/installation',
      as: 'app',
      answer: ({ params }, app) => {
        const found = installationsOf(world, app).find((one) =>
          repositoriesOf(world, one).some(
            (repository) => repository.owner.login === params.owner && repository.name === params.repo,
          ),
        );
        if (!found) throw notFound();
        return { body: installationDocument(world, found) };
      },
    },
  ];
}

function hookRoutes({ world, hooks }: Simulation): Route[] {
  const find = (id: string | undefined, appId: number) => {
    const found = world.deliveries.find((one) => String(one.id) === id && one.app.id === appId);
    if (!found) throw notFound();
    return found;
  };
  return [
    {
      method: 'GET',
      path: '/app/hook/config',
      as: 'app',
      answer: (_call, { webhook }) => ({
        body: {
          content_type: 'json',
          insecure_ssl: '0',
          url: webhook?.url ?? '',
          ...(webhook?.secret && { secret: '********' }),
        },
      }),
    },
    {
      method: 'GET',
      path: '/app/hook/deliveries',
      as: 'app',
      answer: ({ query }, app) => {
        const size = Math.min(100, Number(query.get('per_page') ?? 30) || 30);
        const cursor = query.get('cursor');
        const all = world.deliveries.filter((one) => one.app.id === app.id).sort((a, b) => b.id - a.id);
        const from = cursor === null ? 0 : all.findIndex(({ id }) => id < Number(cursor));
        const items = from === -1 ? [] : all.slice(from, from + size);
        const last = items.at(-1);
        const hasMore = last !== undefined && last.id !== all.at(-1)?.id;
        const next = `<${world.apiUrl}/app/hook/deliveries?per_page=${size}&cursor=${last?.id}>; rel="next"`;
        return { headers: hasMore ? { link: next } : {}, body: items.map(deliveryItem) };
      },
    },
    {
      method: 'GET',
      path: '/app/hook/deliveries/:id',
      as: 'app',
      answer: ({ params }, app) => ({ body: deliveryDocument(find(params.id, app.id)) }),
    },
    {
      method: 'POST',
      path: '/app/hook/deliveries/:id/attempts',
      as: 'app',
      answer: ({ params }, app) => {
        hooks.redeliver(find(params.id, app.id));
        return { status: 202, body: {} };
      },
    },
  ];
}

export const appRoutes = (simulation: Simulation): Route[] => [
  ...tokenRoutes(simulation),
  ...installationRoutes(simulation),
  ...hookRoutes(simulation),
];
