import { homedir } from 'node:os';
import path from 'node:path';
import { Command, type Command as Commander, InvalidArgumentError, Option } from 'commander';
import { Refused } from '#server/refused.ts';
import { effectiveConfig, machineFiles, readFlag } from '#server/team-config/index.ts';
import { type ConnectionOptions, withConnection } from '../policies/connect.ts';
import { say, sayJson } from '../policies/terminal.ts';
import { effectiveExitCodes } from './effective-exit-codes.ts';
import { asBadUse } from './exit-codes.ts';
import { explainEffective } from './explain-effective.ts';
import { type PolicyOptions, policyOf } from './policy-of.ts';

const exitCodesText = `
Exit codes:
  0   the client starts; with --key: the key has a value
  1   the client would not start: the reason is printed
  2   an option is wrong, a file cannot be read, or --key names nothing
  69  Reeve cannot be reached, or its certificate is not trusted
  77  the key is not valid, or its scope does not allow this
  78  the address or the key is missing`;

interface EffectiveOptions extends PolicyOptions, Omit<ConnectionOptions, 'key'> {
  cwd: string;
  codexHome?: string;
  system: string;
  profile?: string;
  config: string[];
  trust: 'yes' | 'no' | 'as-configured';
  format: 'human' | 'json';
  key?: string;
}

const trustOf = { yes: 'trusted', no: 'untrusted', 'as-configured': 'as-configured' } as const;

const collect = (value: string, before: string[]): string[] => [...before, value];

function flag(value: string, before: string[]): string[] {
  if (readFlag(value) === null) throw new InvalidArgumentError('write key=value');
  return collect(value, before);
}

/** The client refuses to start without its home, so a missing one is not an empty one. */
function folder(option: string, given: string): string {
  const absolute = path.resolve(given);
  if (machineFiles.kind(absolute) !== 'folder')
    throw new Refused(`${option}: there is no folder ${absolute}.`, { exitCode: effectiveExitCodes.badUse });
  return absolute;
}

async function effective(options: EffectiveOptions, command: Commander): Promise<void> {
  const cwd = folder('--cwd', options.cwd);
  const codexHome =
    options.codexHome === undefined ? path.join(homedir(), '.codex') : folder('--codex-home', options.codexHome);
  const policy = await policyOf(options, command);
  const answer = effectiveConfig({
    files: machineFiles,
    cwd,
    codexHome,
    home: homedir(),
    systemFolder: path.resolve(options.system),
    flags: options.config,
    profile: options.profile ?? null,
    trust: trustOf[options.trust],
    ...policy,
  });
  const asked = options.key;
  const settings = answer.settings?.filter(
    ({ key }) => asked === undefined || key === asked || key.startsWith(`${asked}.`),
  );
  if (options.format === 'json') sayJson({ ...answer, settings: settings ?? null });
  else say(...explainEffective({ ...answer, settings: settings ?? null }, { cwd, isOne: asked !== undefined }));
  if (answer.settings === null) process.exitCode = effectiveExitCodes.wouldNotStart;
  else if (settings?.length === 0)
    throw new Refused(`Nothing sets \`${asked}\`, and the client reports no value of its own for it.`, {
      exitCode: effectiveExitCodes.badUse,
    });
}

/** Everything is read from this machine; only the policy comes from Reeve, or from files. */
export const effectiveCommand = () =>
  withConnection(
    new Command('effective')
      .description('Every setting a Codex client would have in a folder, its value, and who decides it')
      .option(
        '--as <email>',
        'under the policy of this member, as Reeve delivers it; needs --reeve and a key with policies.read',
      )
      .option('--policy-file <file>', 'under these requirements (TOML) instead; needs no server')
      .option('--defaults-file <file>', 'with these defaults (TOML) of a policy; needs no server')
      .option('--cwd <folder>', 'the folder the client is started in', '.')
      .addOption(new Option('--codex-home <folder>', 'where its config.toml is; without it ~/.codex').env('CODEX_HOME'))
      .option('--system <folder>', 'the folder of the machine’s own files', '/etc/codex')
      .option('--profile <name>', 'as with `codex --profile`')
      .option('-c, --config <key=value>', 'as with `codex -c`; may be repeated', flag, [])
      .addOption(
        new Option('--trust <answer>', 'whether the project is trusted: as its user decided, or what if')
          .choices(['yes', 'no', 'as-configured'])
          .default('as-configured'),
      )
      .option('--client <version>', 'the client that Reeve would deliver to; only with --as')
      .addOption(new Option('--format <format>', 'how to answer').choices(['human', 'json']).default('human'))
      .option('--key <path>', 'only this setting or table, for example model or mcp_servers.docs'),
    '--api-key',
  )
    .addHelpText('after', exitCodesText)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : effectiveExitCodes.badUse))
    .action((options: EffectiveOptions, command: Commander) => effective(options, command).catch(asBadUse));
