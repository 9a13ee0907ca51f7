import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '#server/http/local-authority.ts';
import {
  type ClientMachine,
  type ClientMachineOptions,
  createClientMachine,
} from '#testing/codex-cli/client-machine.ts';
import { joinScript } from './join-script.ts';

/** The places the client is to call, recorded. What Reeve answers there is other tests' matter. */
interface Recorder {
  origin: string;
  authorityPem: string;
  calls: string[];
  close(): Promise<void>;
}

const workspaceId = 'ws_0001';

async function startRecorder(): Promise<Recorder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reeve-join-'));
  const authority = await openAuthority(
    { folder, name: 'ca', title: 'Reeve test' },
    { names: ['127.0.0.1'], now: new Date(), onReplaced: () => undefined },
  );
  const leaf = await authority.issue(['127.0.0.1'], new Date());
  const authorityPem = authority.certificatePem;
  const calls: string[] = [];
  const app = new Hono();
  app.get('/join.sh', (c) => c.text(joinScript({ origin: originNow(), workspaceId, authorityPem })));
  app.all('*', (c) => {
    calls.push(`${c.req.method} ${c.req.path}`);
    return c.json({}, 404);
  });
  const server = createServer({ cert: leaf.certificatePem, key: leaf.keyPem }, getRequestListener(app.fetch));
  const originNow = () => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: originNow(),
    authorityPem,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

let reeve: Recorder;
beforeAll(async () => {
  reeve = await startRecorder();
});
afterAll(() => reeve.close());

type Snapshot = Record<string, string>;

/** Every file below the folders with its kind, mode, owner and content. */
async function snapshot(...folders: string[]): Promise<Snapshot> {
  const found: Snapshot = {};
  const visit = async (file: string): Promise<void> => {
    const { mode, uid } = await lstat(file);
    const kind = mode & 0o170000;
    const facts = `${mode.toString(8)} ${uid}`;
    if (kind === 0o120000) found[file] = `${facts} -> ${await readlink(file)}`;
    else if (kind === 0o040000) {
      found[file] = facts;
      for (const name of await readdir(file)) await visit(path.join(file, name));
    } else
      found[file] = `${facts} ${createHash('sha256')
        .update(await readFile(file))
        .digest('hex')}`;
  };
  for (const folder of folders) await visit(folder);
  return found;
}

interface Joinable {
  machine: ClientMachine;
  /** Runs `join.sh OPTIONS` as root, with a /var/lib of its own, or as the person who owns the home folder. */
  join(options: string, extra?: { env?: Record<string, string> }): ReturnType<ClientMachine['shell']>;
  look(): Promise<Snapshot>;
}

const isRoot = process.getuid?.() === 0;
const nobody = 65534;
const fetchScript = (options: string) =>
  `curl -fsS --cacert "$HOME/../reeve-ca.pem" ${reeve.origin}/join.sh | sh -s -- ${options}`;

async function openMachine(options: ClientMachineOptions): Promise<ClientMachine> {
  const machine = await createClientMachine(options);
  onTestFinished(() => machine.close());
  await writeFile(path.join(machine.files.home.path, '../reeve-ca.pem'), reeve.authorityPem);
  return machine;
}

async function openSystem(options: ClientMachineOptions = {}): Promise<Joinable> {
  const machine = await openMachine(options);
  const varLib = path.join(machine.files.home.path, '../var-lib');
  await mkdir(varLib);
  const inside = `exec unshare --mount -- sh -c 'mount --bind "$0" /var/lib && eval "$1"' "$HOME/../var-lib" "$1"`;
  const asRoot = (script: string, env = {}) => machine.shell(inside, { args: [script], env });
  // What Debian ships is what its own tool makes; the copied /etc may have been made by hand.
  if (existsSync('/usr/sbin/update-ca-certificates')) await asRoot('update-ca-certificates');
  return {
    machine,
    join: (text, { env } = {}) => asRoot(fetchScript(text), env),
    look: async () => {
      // The certificate tool's own notes for Java.
      await rm(path.join(varLib, 'ca-certificates-java'), { recursive: true, force: true });
      return snapshot(machine.files.etc.path, machine.files.usrLocalShare.path, varLib);
    },
  };
}

async function openPerson(files: Record<string, string>): Promise<Joinable> {
  const machine = await openMachine({});
  const { home } = machine.files;
  const root = path.dirname(home.path);
  for (const [name, text] of Object.entries(files)) await home.write(name, text);
  let asPerson = '';
  if (isRoot) {
    asPerson = `setpriv --reuid ${nobody} --regid ${nobody} --clear-groups -- `;
    await chmod(root, 0o755);
    for (const name of [home.path, path.join(root, 'tmp')]) await giveTo(nobody, name);
  }
  return {
    machine,
    join: (text, { env = {} } = {}) => machine.shell(`${asPerson}sh -c "$1"`, { args: [fetchScript(text)], env }),
    look: () => snapshot(home.path),
  };
}

async function giveTo(uid: number, file: string): Promise<void> {
  await chown(file, uid, uid);
  if ((await lstat(file)).isDirectory())
    for (const name of await readdir(file)) await giveTo(uid, path.join(file, name));
}

const done = { exitCode: 0, stderr: '' };
const clientSettings = () => ({
  chatgpt_base_url: `${reeve.origin}/backend-api/`,
  openai_base_url: `${reeve.origin}/backend-api/codex`,
});

describe('a machine', () => {
  test('joins, is bound, joins again without a change, and leaves as it was', async () => {
    const { machine, join, look } = await openSystem();
    const before = await look();

    const dry = await join('--dry-run');
    expect(dry).toMatchObject(done);
    expect(dry.stdout).toContain('create /etc/codex/requirements.toml');
    expect(dry.stdout).toContain('create /etc/codex/managed_config.toml');
    expect(dry.stdout).toContain(`+chatgpt_base_url = "${reeve.origin}/backend-api/"`);
    expect(await look()).toEqual(before);

    const first = await join('');
    expect(first).toMatchObject(done);
    expect(first.stdout).toContain(
      `codex login --device-auth --experimental_issuer ${reeve.origin} --experimental_client-id app_`,
    );
    expect(parse(await machine.files.etc.read('codex/requirements.toml'))).toEqual({
      chatgpt_base_url: `${reeve.origin}/backend-api/`,
      allowed_login_methods: ['chatgpt'],
      allowed_chatgpt_workspaces: [workspaceId],
    });
    expect(parse(await machine.files.etc.read('codex/managed_config.toml'))).toEqual(clientSettings());

    const apiKey = await machine.run(['login', '--with-api-key'], { input: 'sk-1\n' });
    expect(apiKey).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('API key login is disabled') });
    // Without CODEX_CA_CERTIFICATE: the client trusts Reeve through the machine's own store.
    reeve.calls.length = 0;
    await machine.run(['login', '--device-auth', '--experimental_issuer', reeve.origin]);
    expect(reeve.calls).toContain('POST /api/accounts/deviceauth/usercode');

    const joined = await look();
    const second = await join('');
    expect(second.stdout).toContain(`Already joined to ${reeve.origin}, nothing changed.`);
    expect(await look()).toEqual(joined);

    expect(await join('--undo')).toMatchObject(done);
    expect(await look()).toEqual(before);
    expect((await join('--undo')).stdout).toContain('Not joined: nothing to undo.');
  });

  test.each([
    ['requirements.toml', 'allowed_sandbox_modes = ["read-only"]'],
    ['managed_config.toml', 'sandbox_mode = "read-only"'],
  ])('keeps a %s of somebody else until told to replace it', async (name, setting) => {
    const file = `codex/${name}`;
    const { machine, join, look } = await openSystem({ etcFiles: { [file]: `# ours\n${setting}` } });
    const before = await look();

    const refused = await join('');
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("--replace puts Reeve's in its place"),
    });
    expect(refused.stdout).toContain(`-${setting}`);
    expect(await look()).toEqual(before);

    expect(await join('--replace')).toMatchObject(done);
    expect(await machine.files.etc.read(file)).toContain(reeve.origin);
    expect((await join('')).stdout).toContain('nothing changed');

    await machine.files.etc.write(file, '# edited\n');
    const edited = await join('--undo');
    expect(edited).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('was edited after joining') });
    expect(await machine.files.etc.read(file)).toBe('# edited\n');
    expect(await join('--undo --replace')).toMatchObject(done);
    expect(await look()).toEqual(before);
  });

  test('without a certificate store gets a file of its own for the client', async () => {
    const { machine, join } = await openSystem();
    await machine.files.usrLocalShare.remove('ca-certificates');
    expect(await join('')).toMatchObject(done);
    reeve.calls.length = 0;
    const issuer = 'codex login --device-auth --experimental_issuer "$CODEX_APP_SERVER_LOGIN_ISSUER"';
    await machine.shell(`. /etc/profile.d/reeve-codex.sh; ${issuer}`);
    expect(await machine.files.etc.read('profile.d/reeve-codex.sh')).toContain(
      "CODEX_CA_CERTIFICATE='/etc/codex/reeve-ca.pem'",
    );
    expect(reeve.calls).toContain('POST /api/accounts/deviceauth/usercode');
  });

  test('whose certificate store fails is left as it was', async () => {
    const { machine, join, look } = await openSystem();
    await machine.files.home.write('broken/update-ca-certificates', '#!/bin/sh\necho store is broken >&2\nexit 1\n', {
      mode: 0o755,
    });
    const before = await look();
    const PATH = `${machine.files.home.file('broken')}:${machine.environment().PATH}`;
    const run = await join('', { env: { PATH } });
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('an unfinished run was rolled back') });
    expect(run.stderr).toContain('store is broken');
    expect(await look()).toEqual(before);
  });
});

const ownConfig = `# my settings
model = "gpt-5.5" # the good one
notify = [
  "a",
]
developer_instructions = """
chatgpt_base_url = "only text"
[not a table]
"""

[projects."/src"]
trust_level = "trusted"`;
const personFiles = { '.codex/config.toml': ownConfig, '.bashrc': 'alias l=ls', '.profile': 'umask 022\n' };

describe('a person', () => {
  test('joins without root, keeps every setting, joins again without a change, and leaves as before', async () => {
    const { machine, join, look } = await openPerson(personFiles);
    const { codexHome, home } = machine.files;
    const before = await look();

    const dry = await join('--user --dry-run');
    expect(dry).toMatchObject(done);
    expect(dry.stdout).toContain(`change ${codexHome.file('config.toml')}`);
    expect(await look()).toEqual(before);

    expect(await join('--user')).toMatchObject(done);
    const config = await codexHome.read('config.toml');
    expect(config.endsWith(ownConfig)).toBe(true);
    expect(parse(config)).toEqual({ ...parse(ownConfig), ...clientSettings() });
    expect(await home.read('.profile')).toMatch(/^umask 022\n/);

    const joined = await look();
    expect((await join('--user')).stdout).toContain('nothing changed');
    expect(await look()).toEqual(joined);

    expect(await join('--user --undo')).toMatchObject(done);
    expect(await look()).toEqual(before);
  });

  test('has a client that calls this Reeve for policy and on sign-out', async () => {
    const { machine, join } = await openPerson(personFiles);
    expect(await join('--user')).toMatchObject(done);
    const claims = { chatgpt_account_id: workspaceId, chatgpt_plan_type: 'enterprise', chatgpt_user_id: 'mem_1' };
    const body = { email: 'ada@example.com', exp: 4_000_000_000, 'https://api.openai.com/auth': claims };
    const jwt = [{ alg: 'none' }, body, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const tokens = { id_token: jwt, access_token: jwt, refresh_token: 'rt-1', account_id: workspaceId };
    const auth = { auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() };
    await machine.files.codexHome.write('auth.json', JSON.stringify(auth), { mode: 0o600 });

    reeve.calls.length = 0;
    await machine.shell('. "$HOME/.profile"; codex exec --skip-git-repo-check hello </dev/null');
    expect(reeve.calls).toContain('GET /backend-api/wham/config/bundle');
    await machine.shell('. "$HOME/.profile"; codex logout');
    expect(reeve.calls).toContain('POST /oauth/revoke');
  });

  test('keeps what the client wrote to config.toml since', async () => {
    const { machine, join } = await openPerson(personFiles);
    const { codexHome } = machine.files;
    await join('--user');
    const added = '\n[projects."/new"]\ntrust_level = "untrusted"\n';
    await codexHome.write('config.toml', (await codexHome.read('config.toml')) + added);
    expect((await join('--user')).stdout).toContain('nothing changed');
    expect(await join('--user --undo')).toMatchObject(done);
    expect(await codexHome.read('config.toml')).toBe(ownConfig + added);
    expect(codexHome.exists('reeve-ca.pem')).toBe(false);
  });

  test('with an empty home leaves no file and no folder behind', async () => {
    const { machine, join, look } = await openPerson({});
    await machine.files.codexHome.remove('.');
    const before = await look();
    expect(await join('--user')).toMatchObject(done);
    expect(machine.files.codexHome.exists('config.toml')).toBe(true);
    expect(await join('--user --undo')).toMatchObject(done);
    expect(await look()).toEqual(before);
  });

  test.each([
    [
      'another address',
      'chatgpt_base_url = "https://elsewhere.example/"\n',
      /sets chatgpt_base_url already \(line 1: .*elsewhere/,
    ],
    [
      'another model address',
      '\nopenai_base_url = "https://elsewhere.example/v1"\n',
      /sets openai_base_url already \(line 2: /,
    ],
    ['a quoted key', '"chatgpt_base_url"="https://elsewhere.example/"\n', /sets chatgpt_base_url already/],
    ['a string left open', 'a = """\n', /is not valid TOML/],
  ])('with %s in config.toml is told, and nothing changes', async (_what, config, message) => {
    const { join, look } = await openPerson({ '.codex/config.toml': config });
    const before = await look();
    expect(await join('--user')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(await look()).toEqual(before);
  });

  test('gets only the addresses that are not set yet', async () => {
    const own = `openai_base_url = '${reeve.origin}/backend-api/codex/'\n`;
    const { machine, join, look } = await openPerson({ '.codex/config.toml': own });
    const before = await look();
    expect(await join('--user')).toMatchObject(done);
    const config = await machine.files.codexHome.read('config.toml');
    expect(parse(config)).toEqual({ ...clientSettings(), ...parse(own) });
    expect(await join('--user --undo')).toMatchObject(done);
    expect(await look()).toEqual(before);
  });

  test('goes on trusting the authority in use before', async () => {
    const { machine, join } = await openPerson({ 'corp.pem': '-----corporate-----\n' });
    await join('--user', { env: { CODEX_CA_CERTIFICATE: machine.files.home.file('corp.pem') } });
    await join('--user', { env: { CODEX_CA_CERTIFICATE: machine.files.codexHome.file('reeve-ca.pem') } });
    const bundle = await machine.files.codexHome.read('reeve-ca.pem');
    expect(bundle).toBe(`-----corporate-----\n\n${reeve.authorityPem.trim()}\n`);
  });

  test('who joins anew after something changed still gets the first state back', async () => {
    const { machine, join, look } = await openPerson({
      ...personFiles,
      'corp.pem': 'one\n',
      'dot/profile': 'umask 077\n',
    });
    const { codexHome, home } = machine.files;
    await home.remove('.profile');
    await symlink('dot/profile', home.file('.profile'));
    const before = await look();
    const env = { CODEX_CA_CERTIFICATE: home.file('corp.pem') };
    await join('--user', { env });
    for (const text of ['two\n', 'three\n', 'one\n']) {
      await home.write('corp.pem', text);
      expect((await join('--user', { env })).stdout).toContain('change');
      expect(await codexHome.read('reeve-ca.pem')).toContain(text);
    }
    expect(await readlink(home.file('.profile'))).toBe('dot/profile');
    expect(await home.read('dot/profile')).toContain('reeve-env.sh');
    expect(await join('--user --undo')).toMatchObject(done);
    expect(await look()).toEqual(before);
  });
});

describe('a run killed at any step', () => {
  /** Programs that count their calls and kill the script at the given one, as `kill -9` or a power cut would. */
  async function killAt(home: string, step: number): Promise<string> {
    const folder = path.join(home, '../traps');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    for (const name of ['cp', 'mv', 'rm', 'mkdir', 'rmdir'])
      await writeFile(
        path.join(folder, name),
        `#!/bin/sh\necho x >>"$0.count"\n[ "$(cat '${folder}'/*.count | wc -l)" -ne ${step} ] || kill -KILL "$PPID"\nexec /bin/${name} "$@"\n`,
        { mode: 0o755 },
      );
    await chmod(folder, 0o777);
    return folder;
  }

  test.each(['--user', '--user --undo'])('%s: the next run settles it', async (killed) => {
    const { machine, join, look } = await openPerson(personFiles);
    const home = machine.files.home.path;
    const before = await look();
    await join('--user');
    const joined = await look();
    const isJoining = killed === '--user';
    let killedRuns = 0;
    for (let step = 1; step < 200; step++) {
      expect(await join(isJoining ? '--user --undo' : '--user')).toMatchObject({ exitCode: 0 });
      const PATH = `${await killAt(home, step)}:${machine.environment().PATH}`;
      if ((await join(killed, { env: { PATH } })).exitCode === 0) break;
      killedRuns++;
      if (step % 2 === 0) {
        expect(await join('--user')).toMatchObject({ exitCode: 0 });
        expect(Object.keys(await look())).toEqual(Object.keys(joined));
      }
      expect(await join('--user --undo')).toMatchObject({ exitCode: 0 });
      expect(await look()).toEqual(before);
    }
    expect(killedRuns).toBeGreaterThan(20);
  });
});
