import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { testedClients } from '#contract/tested-clients.ts';
import { programPath } from '#server/config.ts';
import { pendingMigrations } from '#server/db/migrate.ts';
import { createMailer } from '#server/mail/create-mailer.ts';
import { type ClientBinary, findClient } from '#server/stock-client/install-client.ts';
import { openScratchMachine } from '#server/stock-client/scratch-machine.ts';
import { type Check, namesOf, ok, problem, unknown, warning } from './check.ts';

const run = promisify(execFile);
const gigabyte = 1024 ** 3;
const lowDiskBytes = gigabyte;
const fewBytes = 5 * gigabyte;
export const oldestPostgres = 15;

const disk: Check = {
  id: 'disk',
  title: 'There is space on the disk',
  area: 'machine',
  path: null,
  async look({ services: { config } }) {
    if (config.dataFolder === 'memory') return ok('Nothing is kept on a disk.');
    const { bavail, bsize, blocks } = await statfs(config.dataFolder);
    const free = bavail * bsize;
    const facts: [string, string][] = [
      ['Folder', config.dataFolder],
      ['Free', `${(free / gigabyte).toFixed(1)} GB`],
      ['Of', `${((blocks * bsize) / gigabyte).toFixed(1)} GB`],
    ];
    const found = `${(free / gigabyte).toFixed(1)} GB are free.`;
    const next = 'Free some space: a full disk stops the database.';
    if (free < lowDiskBytes) return problem(`Only ${found}`, next, facts);
    return free < fewBytes ? warning(found, next, facts) : ok(found, facts);
  },
};

const database: Check = {
  id: 'database',
  title: 'The database is of a version that Reeve is tested with',
  area: 'machine',
  path: null,
  async look({ services: { db, config } }) {
    const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
    const version = rows[0]?.version ?? 'unknown';
    const { pending, unknown: newer } = await pendingMigrations(db);
    const found = `${config.databaseUrl === null ? 'The embedded database' : 'PostgreSQL'} ${version}`;
    if (Number.parseInt(version, 10) < oldestPostgres)
      return problem(`${found} is too old.`, `Reeve needs PostgreSQL ${oldestPostgres} or newer.`);
    if (newer.length > 0)
      return problem(`${found} was used by a newer Reeve (${newer.join(', ')}).`, 'Upgrade this Reeve.');
    if (pending.length > 0)
      return warning(`${found}: ${pending.length} migrations are not applied.`, 'Run: reeve migrate');
    return ok(`${found}; the schema is up to date.`, [['Version', version]]);
  },
};

const git: Check = {
  id: 'git',
  title: 'git is there for Team Config',
  area: 'machine',
  path: '/team-config',
  async look() {
    try {
      const { stdout } = await run('git', ['--version'], { env: { PATH: programPath() }, timeout: 5_000 });
      return ok(`${stdout.trim()} answers: bundles can be fetched with git.`, [['Version', stdout.trim()]]);
    } catch (error) {
      return warning(
        `git could not be started (${(error as NodeJS.ErrnoException).code ?? 'it failed'}), so bundles can be had as a tar only.`,
        'Install git on the server.',
      );
    }
  },
};

const mail: Check = {
  id: 'mail',
  title: 'Mail leaves this server',
  area: 'machine',
  path: null,
  async look({ services: { config, log } }) {
    if (config.mail === null)
      return warning(
        'Mail is not set up: invitations are shown as links to pass on.',
        'Set REEVE_SMTP_URL and REEVE_MAIL_FROM.',
      );
    const mailer = createMailer({ config, log });
    try {
      const wrong = await mailer.verify();
      const { host } = new URL(config.mail.smtpUrl.reveal());
      if (wrong === null) return ok(`${host} took the sign-in; nothing was sent.`, [['Sender', config.mail.from]]);
      return problem(
        `${host} does not take mail: ${wrong}`,
        'Check REEVE_SMTP_URL, and whether this machine may reach it.',
      );
    } finally {
      mailer.close();
    }
  },
};

/** What a private folder `/etc` for a client needs: mount namespaces. */
async function cannotRun(): Promise<string | null> {
  if (process.platform !== 'linux') return 'proofs need Linux';
  try {
    await run('unshare', ['--mount', 'true'], { env: { PATH: programPath() }, timeout: 5_000 });
    return null;
  } catch {
    return run('unshare', ['--user', '--map-root-user', '--mount', 'true'], {
      env: { PATH: programPath() },
      timeout: 5_000,
    }).then(
      () => null,
      (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT'
          ? 'unshare (util-linux) is not installed'
          : 'this process may not make a mount namespace',
    );
  }
}

/** Starts the client in a machine of its own. @returns what it says it is, or why it does not */
async function askVersion(client: ClientBinary): Promise<string> {
  try {
    await using machine = await openScratchMachine({ version: client.version, client });
    const { exitCode, stdout, stderr } = await machine.run(['--version'], { timeoutMs: 20_000 });
    return (exitCode === 0 ? stdout : `it ended with ${exitCode} ${stderr}`).trim().slice(0, 300);
  } catch (error) {
    return (error as Error).message.slice(0, 300);
  }
}

const clients: Check = {
  id: 'proof-clients',
  title: 'Proofs can start the stock client',
  area: 'machine',
  path: '/verify/proofs',
  async look({ services: { config } }) {
    const installed = testedClients.flatMap((version) => findClient(version, config.clientsFolder) ?? []);
    const obstacle = await cannotRun();
    const facts: [string, string][] = [
      ['Folder', config.clientsFolder],
      ['Installed', installed.length === 0 ? 'none' : installed.map(({ version }) => version).join(', ')],
    ];
    if (obstacle !== null)
      return unknown(
        `No client can be started apart from this machine: ${obstacle}.`,
        'Run proofs where it can: reeve prove',
        facts,
      );
    if (installed.length === 0)
      return warning(
        'No pinned client is installed, so nothing can be proven.',
        'Install one on the page of proofs, or copy REEVE_CLIENTS_FOLDER.',
        facts,
      );
    const missing = testedClients.filter((version) => !installed.some((client) => client.version === version));
    const rest = missing.length === 0 ? '' : ` Not installed: ${namesOf(missing)}.`;
    const newest = installed.at(-1);
    const said = newest ? await askVersion(newest) : '';
    if (newest && !said.includes(newest.version))
      return problem(
        `Codex ${newest.version} is installed and does not start: ${said || 'it said nothing'}.`,
        `Remove ${newest.version} in ${config.clientsFolder} and install it again: reeve prove install ${newest.version}`,
        facts,
      );
    return ok(
      `${namesOf(installed.map(({ version }) => version))} can be proven with; “${said}” answered.${rest}`,
      facts,
    );
  },
};

export const machineChecks: readonly Check[] = [disk, database, git, mail, clients];
