import { findUnreadableSecrets, isAnySealedByFormerKey } from '#server/sealed-columns.ts';
import { type Check, ok, problem, warning } from './check.ts';
import { readConnectionTls } from './queries.ts';

const encryption: Check = {
  id: 'encryption',
  title: 'Secrets are sealed, and open',
  area: 'machine',
  path: null,
  async look({ services: { db, secrets } }) {
    const text = 'a secret that is looked at and thrown away';
    const sealed = await secrets.seal(text, 'checks/trial');
    if (sealed.includes(text) || (await secrets.open(sealed, 'checks/trial')) !== text)
      return problem('What is sealed does not open again.', 'Report this, please.');
    const { total, unreadable } = await findUnreadableSecrets(db, secrets);
    const facts: [string, string | number][] = [
      ['Current key', secrets.currentKeyId],
      ['Opened', total - unreadable.length],
      ['Do not open', unreadable.length],
    ];
    const [first] = unreadable;
    if (first)
      return problem(
        `${unreadable.length} of ${total} sealed values do not open (${first.context}: ${first.problem}).`,
        'Put back the master key with which they were sealed.',
        facts,
      );
    if (await isAnySealedByFormerKey(db, secrets))
      return warning(
        `All ${total} that were opened open, but some were sealed with a former key.`,
        'End the rotation with: reeve rotate-keys',
        facts,
      );
    return ok(
      `A value was sealed and opened again, ${total} stored ones open, and every one was sealed with the current key ${secrets.currentKeyId}.`,
      facts,
    );
  },
};

const databaseTls: Check = {
  id: 'database-tls',
  title: 'The way to the database is encrypted',
  area: 'machine',
  path: null,
  async look({ services: { db, config } }) {
    if (config.databaseUrl === null) return ok('The database is in this process: nothing goes over a network.');
    const { version, isLocal } = await readConnectionTls(db);
    if (version !== null) return ok(`This connection uses ${version}.`, [['TLS', version]]);
    if (isLocal) return ok('The database is on this machine; the connection does not leave it.');
    return problem(
      'The connection to the database goes over the network and is not encrypted.',
      'Add sslmode=verify-full to REEVE_DATABASE_URL, and let the database ask for TLS.',
    );
  },
};

export const secretsChecks: readonly Check[] = [encryption, databaseTls];
