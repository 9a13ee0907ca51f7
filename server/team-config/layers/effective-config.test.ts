import { describe, expect, test } from 'vitest';
import { inputOf } from '#testing/team-config/memory-files.ts';
import { effectiveConfig } from './effective-config.ts';

const userFile = '/home/ada/.codex/config.toml';
const projectFile = '/repository/.codex/config.toml';
const repository = { '/repository/.git/HEAD': 'ref: refs/heads/main\n' };
const trusted = '[projects."/repository"]\ntrust_level = "trusted"\n';

const fragment = (contents: string, name = 'Contractors') => ({ id: 'req_1', name, contents });

function setting(input: Parameters<typeof effectiveConfig>[0], key: string) {
  return effectiveConfig(input).settings?.find((candidate) => candidate.key === key);
}

describe('a setting', () => {
  test('names who decides, with the line, and what lost', () => {
    const input = inputOf({
      ...repository,
      [userFile]: `# mine\nmodel = "a"\n${trusted}`,
      [projectFile]: '\n\nmodel = "b"\n',
      '/etc/codex/config.toml': 'model = "c"\n',
    });
    expect(setting(input, 'model')).toEqual({
      key: 'model',
      path: ['model'],
      value: 'b',
      ignored: false,
      decidedBy: { by: 'layer', layer: 0, name: projectFile, line: 3 },
      lost: [
        { value: 'a', decidedBy: { by: 'layer', layer: 1, name: userFile, line: 2 } },
        { value: 'c', decidedBy: { by: 'layer', layer: 2, name: '/etc/codex/config.toml', line: 1 } },
      ],
    });
  });

  test('that the policy does not allow says by which key of which document, and what was asked for', () => {
    const requirements = [fragment('\nallowed_approval_policies = ["on-request"]\n')];
    const answer = effectiveConfig(inputOf({ [userFile]: 'approval_policy = "never"\n' }, { requirements }));
    expect(answer.settings?.find(({ key }) => key === 'approval_policy')).toMatchObject({
      value: 'on-request',
      decidedBy: {
        by: 'policy',
        key: 'allowed_approval_policies',
        source: 'enterprise-managed requirements Contractors (req_1)',
        line: 2,
      },
      lost: [{ value: 'never', decidedBy: { name: userFile, line: 1 } }],
    });
    expect(answer.warnings).toEqual([
      'Configured value for `approval_policy` is disallowed by requirements; falling back to required value OnRequest. Details: invalid value for `approval_policy`: `Never` is not in the allowed set [OnRequest] (set by enterprise-managed requirements Contractors (req_1))',
    ]);
  });

  test('nobody set is the client’s own, and depends on trust where it does', () => {
    expect(setting(inputOf({}), 'sandbox_mode')).toMatchObject({ value: 'read-only', decidedBy: { by: 'client' } });
    expect(setting(inputOf({ [userFile]: trusted }), 'sandbox_mode')).toMatchObject({ value: 'workspace-write' });
    expect(setting(inputOf({}, { trust: 'untrusted' }), 'approval_policy')).toMatchObject({ value: 'untrusted' });
    expect(setting(inputOf({}), 'file_opener')).toMatchObject({ value: 'vscode', decidedBy: { by: 'client' } });
  });

  test('that may be a secret is not shown, wherever it stands', () => {
    const config =
      '[mcp_servers.a]\ncommand = "x"\nenv = { TOKEN = "s3cret" }\n[model_providers.p]\nname = "p"\nexperimental_bearer_token = "s3cret"\nhttp_headers = { authorization = "s3cret" }\n[shell_environment_policy.set]\nA = "s3cret"\n[otel.exporter.otlp-http]\nendpoint = "https://o"\nprotocol = "json"\nheaders = { a = "s3cret" }\n';
    const answer = effectiveConfig(inputOf({ [userFile]: config }, { flags: ['mcp_servers.a.env.TOKEN="s3cret"'] }));
    expect(answer.refusals).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });

  test('in an address or on a command line is not shown either', () => {
    const config =
      '[mcp_servers.a]\nurl = "https://ada:s3cret@a.example/x?api_key=s3cret&b=1"\n[mcp_servers.b]\ncommand = "x"\nargs = ["--token", "s3cret", "--api-key=s3cret", "--verbose"]\n';
    const answer = effectiveConfig(inputOf({ [userFile]: config }));
    expect(answer.refusals).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain('s3cret');
    expect(JSON.stringify(answer)).toContain('--verbose');
  });

  test('called __proto__ is an ordinary one', () => {
    const answer = effectiveConfig(inputOf({ [userFile]: '[projects.__proto__]\ntrust_level = "trusted"\n' }));
    expect(answer.settings?.find(({ key }) => key === 'projects.__proto__.trust_level')?.value).toBe('trusted');
    expect(answer.trust.level).toBeNull();
  });
});

describe('what if', () => {
  const files = { ...repository, [userFile]: 'model = "a"\n', [projectFile]: 'model = "b"\n' };

  test('the project were trusted', () => {
    expect(setting(inputOf(files), 'model')?.value).toBe('a');
    expect(setting(inputOf(files, { trust: 'trusted' }), 'model')?.value).toBe('b');
  });

  test('it were not', () => {
    const decided = { ...files, [userFile]: `model = "a"\n${trusted}` };
    expect(setting(inputOf(decided), 'model')?.value).toBe('b');
    expect(setting(inputOf(decided, { trust: 'untrusted' }), 'model')?.value).toBe('a');
  });
});

describe('the client would not start', () => {
  test.each([
    ['a wrong type', 'model_context_window = "x"\n', '`model_context_window` must be a whole number, not "x".'],
    ['broken TOML', 'model = "a"\nmodel\n', `${userFile}:2:`],
    ['a provider nobody defined', 'model = "a"\nmodel_provider = "zzz"\n', 'Model provider `zzz` not found'],
  ])('because of %s', (_name, config, reason) => {
    const { settings, permissions, refusals } = effectiveConfig(inputOf({ [userFile]: config }));
    expect({ settings, permissions }).toEqual({ settings: null, permissions: null });
    expect(refusals).toEqual([{ message: expect.stringContaining(reason), file: userFile, line: expect.any(Number) }]);
  });

  test('because of the policy, which is named', () => {
    const requirements = [fragment('model = "x"\nallowed_sandbox_modes = ["workspace-write"]\n')];
    const { refusals } = effectiveConfig(inputOf({}, { requirements }));
    expect(refusals[0]).toMatchObject({ file: 'enterprise-managed requirements Contractors (req_1)', line: 2 });
  });
});

test('a profile stands between the user’s file and the project', () => {
  const files = {
    ...repository,
    [userFile]: `model = "user"\nreview_model = "user"\nmodel_verbosity = "low"\n${trusted}`,
    '/home/ada/.codex/fast.config.toml': 'review_model = "profile"\nmodel = "profile"\n',
    [projectFile]: 'model = "project"\n',
  };
  const { settings } = effectiveConfig(inputOf(files, { profile: 'fast' }));
  const values = new Map(settings?.map(({ key, value }) => [key, value]));
  expect([values.get('model'), values.get('review_model'), values.get('model_verbosity')]).toEqual([
    'project',
    'profile',
    'low',
  ]);
});

test('the .codex of the home is no project, even when somebody works in the home', () => {
  const files = {
    '/home/ada/.git/HEAD': 'x\n',
    [userFile]: 'model = "a"\n[projects."/home/ada"]\ntrust_level = "trusted"\n',
  };
  const { layers } = effectiveConfig(inputOf(files, { cwd: '/home/ada' }));
  expect(layers.map(({ source }) => source.type)).toEqual(['user', 'system']);
});
