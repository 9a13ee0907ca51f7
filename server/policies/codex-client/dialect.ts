import { answerJson } from '#server/http/answer-json.ts';
import { clientOf, type Dialect, type WireCall, type WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { readWorkspaceName } from '../delivery-queries.ts';
import {
  accountSettings,
  accountsCheck,
  installedPlugins,
  noConnectors,
  noPlugins,
  usage,
  userSettings,
  workspaceMessages,
} from './account-answers.ts';
import { policyAnswer } from './config-bundle.ts';
import { answerMcp } from './empty-mcp-server.ts';

type Answer = Pick<WireRoute, 'method' | 'allow' | 'summary' | 'handle'>;

/** A client asks under `wham/` when its base URL contains `/backend-api`, else under `api/codex/`. */
const bothStyles = (path: string) => [`/backend-api/wham${path}`, `/api/codex${path}`, `/backend-api/api/codex${path}`];
const backend = (path: string) => [`/backend-api${path}`];

const fixed = (summary: string, body: object): Answer => {
  const text = JSON.stringify(body);
  return { method: 'GET', allow: 'codex-client', summary, handle: ({ c }) => answerJson(c, text) };
};

function answers(services: Services): [paths: string[], answer: Answer][] {
  const accounts = async (call: WireCall) => {
    const client = clientOf(call);
    return Response.json(accountsCheck(client, await readWorkspaceName(services.db, client.workspaceId)));
  };
  const policy = (form: 'bundle' | 'requirements') => async (call: WireCall) =>
    answerJson(call.c, await policyAnswer(services, clientOf(call), { userAgent: call.userAgent, form }));
  const get = (summary: string, handle: Answer['handle']): Answer => ({
    method: 'GET',
    allow: 'codex-client',
    summary,
    handle,
  });
  return [
    [bothStyles('/config/bundle'), get('The enforced policy, as fragments', policy('bundle'))],
    [
      bothStyles('/config/requirements'),
      get('The enforced policy, as one document (clients up to about 0.12x)', policy('requirements')),
    ],
    [bothStyles('/accounts/check'), get('The workspace and where its model calls go', accounts)],
    [bothStyles('/usage'), fixed('Limits', usage)],
    [bothStyles('/settings/user'), fixed('Personal settings', userSettings)],
    [bothStyles('/workspace-messages'), fixed('Messages of the workspace to its clients', workspaceMessages)],
    [backend('/ps/plugins/installed'), fixed('Installed plugins: none', installedPlugins)],
    [backend('/ps/plugins/*'), fixed('Plugin directory: empty', noPlugins)],
    [backend('/plugins/featured'), fixed('Featured plugins: none', noPlugins)],
    [backend('/connectors/directory/*'), fixed('Connector directory: empty', noConnectors)],
    [backend('/accounts/:id/settings'), fixed('Plugin switch: off', accountSettings)],
    [
      backend('/ps/mcp'),
      {
        method: 'ALL',
        allow: 'anyone',
        summary: 'An MCP server without tools',
        handle: ({ c }) => answerMcp(c.req.raw),
      },
    ],
  ];
}

/** What stock clients call besides signing in and model traffic. These answers stay 200 while Codex Local is off: the client shows no message of ours here. */
export function codexClientDialect(services: Services): Dialect {
  return {
    name: 'Codex client',
    routes: answers(services).flatMap(([paths, answer]) => paths.map((path) => ({ path, ...answer }))),
    renderError: (error, { requestId }) =>
      Response.json(
        { error: { code: error.code, message: error.message }, request_id: requestId },
        { status: error.status },
      ),
  };
}
