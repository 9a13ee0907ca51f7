import { mintUserToken } from './sign-in.ts';
import type { Simulator } from './simulator.ts';
import { findAccount, type Permissions, type World } from './world.ts';

/** What people see in a browser on GitHub's own pages: few words, real forms. */

interface Shown {
  status?: number;
  html?: string;
  json?: unknown;
  redirect?: string;
}

export interface PageRequest {
  method: string;
  url: URL;
  form: URLSearchParams;
  accept: string;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (title: string, body: string): Shown => ({
  html: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>${escaped(title)} · GitHub simulator</title><main><h1>${escaped(title)}</h1>${body}</main></html>`,
});

const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${escaped(value)}">`;

const withQuery = (address: string, more: Record<string, string | null>): string => {
  const url = new URL(address);
  for (const [name, value] of Object.entries(more)) if (value !== null) url.searchParams.set(name, value);
  return url.href;
};

interface Manifest {
  name?: string;
  url?: string;
  description?: string;
  redirect_url?: string;
  callback_urls?: string[];
  setup_url?: string;
  public?: boolean;
  hook_attributes?: { url: string; active?: boolean };
  default_permissions?: Permissions;
  default_events?: string[];
}

const signInFirst = (): Shown => ({ status: 302, redirect: '/login' });

/** The form that a manifest is posted to, then the question, then back with a code. */
function newApp(github: Simulator, world: World, { form, url }: PageRequest, owner: string | null): Shown {
  const maker = world.signedInAs;
  if (maker === null) return signInFirst();
  const state = url.searchParams.get('state');
  let manifest: Manifest;
  try {
    manifest = JSON.parse(form.get('manifest') ?? '') as Manifest;
  } catch {
    return { status: 422, ...page('Invalid GitHub App configuration', '<p>The manifest is no JSON.</p>') };
  }
  const name = form.get('name') ?? manifest.name ?? '';
  const problems = [
    !manifest.url && 'Url is missing.',
    !manifest.redirect_url && 'Redirect url is missing.',
    name.length > 34 && 'Name is too long (maximum is 34 characters).',
    [...world.apps.values()].some((one) => one.name === name) && 'Name is already taken.',
    manifest.hook_attributes && !URL.canParse(manifest.hook_attributes.url) && 'Hook url is no address.',
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) {
    const list = problems.map((problem) => `<li>${problem}</li>`).join('');
    return { status: 422, ...page('Invalid GitHub App configuration', `<ul role="alert">${list}</ul>`) };
  }
  if (!form.has('confirmed'))
    return page(
      'Create GitHub App',
      `<form method="post">${hidden('manifest', form.get('manifest') ?? '')}${hidden('confirmed', '1')}<label>GitHub App name <input name="name" value="${escaped(name)}"></label> <button>Create GitHub App for ${escaped(owner ?? maker)}</button></form>`,
    );
  const code = github.makeAppFromManifest({
    owner: owner ?? maker,
    name,
    description: manifest.description ?? '',
    url: manifest.url ?? '',
    webhookUrl: manifest.hook_attributes?.url ?? null,
    permissions: manifest.default_permissions ?? {},
    events: manifest.default_events ?? [],
    callbackUrls: manifest.callback_urls ?? [],
    setupUrl: manifest.setup_url ?? null,
    isPublic: manifest.public ?? true,
  });
  return { status: 302, redirect: withQuery(manifest.redirect_url ?? '', { code, state }) };
}

async function install(
  github: Simulator,
  world: World,
  { method, form, url }: PageRequest,
  slug: string,
): Promise<Shown> {
  const app = [...world.apps.values()].find((one) => one.slug === slug);
  if (!app) return { status: 404, ...page('Not Found', '') };
  const person = world.signedInAs === null ? undefined : findAccount(world, world.signedInAs);
  if (!person) return signInFirst();
  const places = [...world.accounts.values()].filter(
    (one) =>
      one.kind !== 'Bot' &&
      (app.isPublic || one.id === app.owner.id) &&
      (one.id === person.id || one.owners.has(person.login)),
  );
  if (method === 'GET') {
    const accounts = places.map(({ login }) => `<option>${escaped(login)}</option>`).join('');
    const repositories = [...world.repositories.values()]
      .map(
        ({ id, owner, name }) =>
          `<label><input type="checkbox" name="repository" value="${id}">${escaped(`${owner.login}/${name}`)}</label>`,
      )
      .join('');
    return page(
      `Install ${app.name}`,
      `<form method="post">${hidden('state', url.searchParams.get('state') ?? '')}<label>Where <select name="account">${accounts}</select></label><label><input type="radio" name="selection" value="all" checked>All repositories</label><label><input type="radio" name="selection" value="selected">Only select repositories</label>${repositories}<button>Install</button></form>`,
    );
  }
  const account = places.find(({ login }) => login === form.get('account'));
  if (!account) return { status: 403, ...page('Only an owner may install this app', '') };
  const installation = await github.install(app, account.login, {
    by: person.login,
    repositories: form.get('selection') === 'selected' ? form.getAll('repository').map(Number) : 'all',
  });
  const facts = { installation_id: String(installation.id), setup_action: 'install', state: form.get('state') || null };
  return app.setupUrl
    ? { status: 302, redirect: withQuery(app.setupUrl, facts) }
    : page('Installed', `<p>${escaped(app.name)} is installed on ${escaped(account.login)}.</p>`);
}

function authorize(world: World, { method, url, form }: PageRequest): Shown {
  const asked = method === 'POST' ? form : url.searchParams;
  const app = [...world.apps.values()].find(({ clientId }) => clientId === asked.get('client_id'));
  const person = world.signedInAs === null ? undefined : findAccount(world, world.signedInAs);
  if (!app) return { status: 404, ...page('Not Found', '') };
  if (!person) return signInFirst();
  const redirectUri = asked.get('redirect_uri') || app.callbackUrls[0] || null;
  if (redirectUri === null || !app.callbackUrls.some((one) => redirectUri.startsWith(one)))
    return page('The redirect_uri is not associated with this application.', '');
  const state = asked.get('state');
  if (method === 'GET')
    return page(
      `Authorize ${app.name}`,
      `<p>Signed in as ${escaped(person.login)}</p><form method="post">${hidden('client_id', app.clientId)}${hidden('redirect_uri', redirectUri)}${hidden('state', state ?? '')}<button name="answer" value="yes">Authorize ${escaped(app.name)}</button><button name="answer" value="no">Cancel</button></form>`,
    );
  if (form.get('answer') === 'no')
    return { status: 302, redirect: withQuery(redirectUri, { error: 'access_denied', state }) };
  return {
    status: 302,
    redirect: withQuery(redirectUri, { code: mintUserToken.code(world, { app, user: person, redirectUri }), state }),
  };
}

function accessToken(world: World, { form, accept }: PageRequest): Shown {
  const answer = mintUserToken.exchange(world, form);
  if (accept.includes('json')) return { json: answer };
  return { html: new URLSearchParams(answer as Record<string, string>).toString() };
}

const newAppPath = /^\/(?:organizations\/([^/]+)\/)?settings\/apps\/new$/;
const installPath = /^\/(?:github-apps|apps)\/([^/]+)\/installations\/new$/;

/** @returns null where there is no page */
export async function answerPage(github: Simulator, world: World, asked: PageRequest): Promise<Shown | null> {
  const { method, url } = asked;
  const made = newAppPath.exec(url.pathname);
  if (made && method === 'POST') return newApp(github, world, asked, made[1] ?? null);
  const installing = installPath.exec(url.pathname);
  if (installing) return install(github, world, asked, installing[1] ?? '');
  if (url.pathname === '/login/oauth/authorize') return authorize(world, asked);
  if (url.pathname === '/login/oauth/access_token' && method === 'POST') return accessToken(world, asked);
  if (url.pathname === '/login') return page('Sign in to GitHub', '<p>The test says who is signed in.</p>');
  return null;
}
