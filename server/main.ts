import { Command } from 'commander';
import { analyticsCommand } from './commands/analytics.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { doctorCommand } from './commands/doctor.ts';
import { endWith } from './commands/end-with.ts';
import { migrateCommand } from './commands/migrate.ts';
import { ownerLinkCommand } from './commands/owner-link.ts';
import { policiesCommand } from './commands/policies.ts';
import { proveCommand } from './commands/prove.ts';
import { proxyCommand } from './commands/proxy.ts';
import { restoreCommand } from './commands/restore.ts';
import { rotateKeysCommand } from './commands/rotate-keys.ts';
import { serveCommand } from './commands/serve.ts';
import { teamConfigCommand } from './commands/team-config.ts';
import { workCommand } from './commands/work.ts';
import { version } from './version.ts';

// Whatever this program writes is for its own user: keys, certificates, the database, backups.
process.umask(0o077);

const examples = `
Examples:
  reeve serve                          start, with everything under ./data
  REEVE_DATA=/var/lib/reeve reeve serve
  reeve owner-link                     a new set-up link, when the first one is gone
  reeve doctor                         what is wrong, and what to do

"reeve" stands for "npm start" in a checkout, and for "node server/main.ts" in a container or a unit file.
Settings are environment variables, see docs/generated/configuration.md.`;

const program = new Command('reeve')
  .description('The admin side of Codex for a whole organisation.')
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .addHelpText('after', examples);
const commands = [
  serveCommand,
  workCommand,
  migrateCommand,
  ownerLinkCommand,
  backupCommand,
  restoreCommand,
  rotateKeysCommand,
  doctorCommand,
  proxyCommand,
  policiesCommand,
  teamConfigCommand,
  auditCommand,
  analyticsCommand,
  proveCommand,
];
for (const make of commands) program.addCommand(make().copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
