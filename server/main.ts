import process from 'node:process';
import { Command } from 'commander';
import { endWith } from './commands/end-with.ts';
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
/** In the order of the help. A command is loaded when it is called: most of them need a small part of the program. */
const commands: Readonly<Record<string, () => Promise<() => Command>>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  work: async () => (await import('./commands/work.ts')).workCommand,
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
  'owner-link': async () => (await import('./commands/owner-link.ts')).ownerLinkCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  restore: async () => (await import('./commands/restore.ts')).restoreCommand,
  'rotate-keys': async () => (await import('./commands/rotate-keys.ts')).rotateKeysCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  proxy: async () => (await import('./commands/proxy.ts')).proxyCommand,
  policies: async () => (await import('./commands/policies.ts')).policiesCommand,
  'team-config': async () => (await import('./commands/team-config.ts')).teamConfigCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  analytics: async () => (await import('./commands/analytics.ts')).analyticsCommand,
  run: async () => {
    const { runCommand } = await import('#runner/run-command.ts');
    const { runnerProgram } = await import('./commands/runner-program.ts');
    return () => runCommand(runnerProgram);
  },
  prove: async () => (await import('./commands/prove.ts')).proveCommand,
};

async function addCommands(): Promise<void> {
  const [called = ''] = process.argv.slice(2);
  const one = Object.hasOwn(commands, called) ? commands[called] : undefined;
  for (const load of one ? [one] : Object.values(commands)) {
    const make = await load();
    program.addCommand(make().copyInheritedSettings(program));
  }
}

try {
  await addCommands();
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
