import { type Layout, repository, trusted, untrusted } from './layout.ts';

const at = (folder: string, config: string): Record<string, string> => ({
  [folder === '' ? '.codex/config.toml' : `${folder}/.codex/config.toml`]: config,
});

/** Which files count, and which of two wins. */
export const places: readonly Layout[] = [
  { name: 'nothing at all' },
  { name: 'an empty user file', user: '' },
  { name: 'user only', user: 'model = "a"\nmodel_verbosity = "low"\n' },
  { name: 'comments and a byte order mark', user: '\uFEFF# nothing\nmodel = "a" # here\n' },
  {
    name: 'user and trusted project',
    user: `model = "a"\nmodel_verbosity = "low"\n${trusted('')}`,
    work: { ...repository(), ...at('', 'model = "b"\n') },
  },
  {
    name: 'project nobody decided about',
    user: 'model = "a"\n',
    work: { ...repository(), ...at('', 'model = "b"\n') },
  },
  {
    name: 'untrusted project',
    user: `model = "a"\n${untrusted('')}`,
    work: { ...repository(), ...at('', 'model = "b"\n') },
  },
  {
    name: 'untrusted project with broken TOML',
    user: untrusted(''),
    work: { ...repository(), ...at('', 'model = \n') },
  },
  {
    name: 'trusted project with broken TOML',
    user: trusted(''),
    work: { ...repository(), ...at('', 'model = \n') },
    refused: {
      client: /Error parsing project config file .*config\.toml|\.codex\/config\.toml:1:/,
      ours: /Error parsing project config file .*:1:/,
    },
  },
  {
    name: 'three levels, the closest wins',
    user: `model = "user"\n${trusted('')}`,
    cwd: 'a/b',
    work: {
      ...repository(),
      ...at('', 'model = "root"\nmodel_verbosity = "low"\nreview_model = "root"\n'),
      ...at('a', 'model = "a"\nreview_model = "a"\n'),
      ...at('a/b', 'model = "b"\n'),
    },
  },
  {
    name: 'seen from the middle of three levels',
    user: trusted(''),
    cwd: 'a',
    work: {
      ...repository(),
      ...at('', 'model = "root"\n'),
      ...at('a', 'model = "a"\n'),
      ...at('a/b', 'model = "b"\n'),
    },
  },
  {
    name: 'trusting the folder above a repository is not enough',
    user: trusted(''),
    cwd: 'repo',
    work: { ...repository('repo'), ...at('repo', 'model = "b"\n') },
  },
  {
    name: 'trusting the root covers the folders in it',
    user: trusted('/repo'),
    cwd: 'repo/a/b',
    work: { ...repository('repo'), ...at('repo/a', 'model = "a"\n'), ...at('repo', 'model = "root"\n') },
  },
  {
    name: 'one folder of a trusted repository is untrusted',
    user: trusted('') + untrusted('/a'),
    cwd: 'a/b',
    work: {
      ...repository(),
      ...at('', 'model = "root"\n'),
      ...at('a', 'model = "a"\n'),
      ...at('a/b', 'model = "b"\n'),
    },
  },
  {
    name: 'one folder of an untrusted repository is trusted',
    user: untrusted('') + trusted('/a'),
    cwd: 'a',
    work: { ...repository(), ...at('', 'model = "root"\n'), ...at('a', 'model = "a"\n') },
  },
  {
    name: 'a slash at the end of a trusted folder',
    user: trusted('/'),
    work: { ...repository(), ...at('', 'model = "b"\n') },
  },
  {
    name: 'an empty .git is no repository',
    user: trusted(''),
    cwd: 'a',
    work: { '.git/empty/x': '', ...at('', 'model = "root"\n'), ...at('a', 'model = "a"\n') },
  },
  { name: 'no repository at all', user: trusted(''), work: at('', 'model = "b"\n') },
  {
    name: 'no repository, from a folder below',
    user: trusted(''),
    cwd: 'a',
    work: { ...at('', 'model = "b"\n'), ...at('a', 'model = "a"\n') },
  },
  {
    name: 'other root markers',
    user: `project_root_markers = ["Cargo.lock", ".hg"]\n${trusted('')}`,
    cwd: 'a/b',
    work: { 'Cargo.lock': '', ...repository('a'), ...at('', 'model = "root"\n'), ...at('a', 'model = "a"\n') },
  },
  {
    name: 'an empty folder is a marker unless it is .git',
    user: `project_root_markers = [".hg"]\n${trusted('')}`,
    cwd: 'a',
    shell: 'mkdir .hg',
    work: { ...at('', 'model = "root"\n'), ...at('a', 'model = "a"\n') },
  },
  {
    name: 'no root markers: only the working folder',
    user: `project_root_markers = []\n${trusted('', '/a')}`,
    cwd: 'a',
    work: { ...repository(), ...at('', 'model = "root"\n'), ...at('a', 'model = "a"\n') },
  },
  {
    name: 'root markers on the command line',
    user: trusted(''),
    flags: ['project_root_markers=["ROOT"]'],
    cwd: 'a',
    work: { ROOT: '', ...repository('a'), ...at('', 'model = "root"\n') },
  },
  {
    name: 'root markers in the defaults of the policy',
    user: trusted(''),
    defaults: ['project_root_markers = ["ROOT"]\n'],
    cwd: 'a',
    work: { ROOT: '', ...repository('a'), ...at('', 'model = "root"\n'), ...at('a', 'model = "a"\n') },
  },
  {
    name: 'a repository inside a repository',
    user: trusted(''),
    cwd: 'inner/a',
    work: {
      ...repository(),
      ...repository('inner'),
      ...at('', 'model = "outer"\n'),
      ...at('inner', 'model = "inner"\n'),
    },
  },
  {
    name: 'a repository inside a repository, both trusted',
    user: trusted('', '/inner'),
    cwd: 'inner',
    work: {
      ...repository(),
      ...repository('inner'),
      ...at('', 'model = "outer"\n'),
      ...at('inner', 'model = "inner"\n'),
    },
  },
  {
    name: 'a submodule: a .git file',
    user: trusted('/sub'),
    cwd: 'sub',
    work: {
      ...repository(),
      'sub/.git': 'gitdir: ../.git/modules/sub\n',
      '.git/modules/sub/HEAD': 'x\n',
      ...at('', 'model = "outer"\n'),
      ...at('sub', 'model = "sub"\n'),
    },
  },
  {
    name: 'a git worktree is trusted with its main checkout',
    user: trusted('/main'),
    cwd: 'tree/a',
    shell:
      'cd main && git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm x && git worktree add -q ../tree && mkdir -p ../tree/a',
    work: at('main', 'model = "main"\n[hooks]\n[[hooks.Stop]]\nhooks = [{ type = "command", command = "main" }]\n'),
  },
  {
    name: 'hooks of a worktree are those of the main checkout',
    user: trusted('/main'),
    cwd: 'tree',
    shell:
      'cd main && git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm x && git worktree add -q ../tree && sed -i s/main/tree/ ../tree/.codex/config.toml && sed -i s/command..=..main/changed/ .codex/config.toml',
    work: at('main', 'model = "main"\n[[hooks.Stop]]\nhooks = [{ type = "command", command = "from-main" }]\n'),
  },
  {
    name: 'a worktree that is untrusted itself',
    user: trusted('/main') + untrusted('/tree'),
    cwd: 'tree',
    shell:
      'cd main && git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm x && git worktree add -q ../tree',
    work: at('main', 'model = "main"\n'),
  },
  {
    name: 'a .git file that points into somebody else’s repository',
    user: trusted('/main'),
    cwd: 'fake',
    shell:
      'cd main && git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm x && git worktree add -q ../tree && cp ../tree/.git ../fake/.git',
    work: { ...at('main', 'model = "main"\n'), ...at('fake', 'model = "fake"\n') },
  },
  {
    name: 'a linked working folder inside the repository',
    user: trusted('/repo'),
    cwd: 'repo/link',
    shell: 'ln -s real repo/link',
    work: { ...repository('repo'), ...at('repo', 'model = "root"\n'), ...at('repo/real', 'model = "real"\n') },
  },
  {
    name: 'a linked working folder outside the repository',
    user: trusted('/repo'),
    cwd: 'link',
    shell: 'ln -s repo/real link',
    work: { ...repository('repo'), ...at('repo', 'model = "root"\n'), ...at('repo/real', 'model = "real"\n') },
  },
  {
    name: 'a link to a trusted repository',
    user: trusted('/repo'),
    cwd: 'link',
    shell: 'ln -s repo link',
    work: { ...repository('repo'), ...at('repo', 'model = "root"\n') },
  },
  {
    name: 'trusted by the name of the link',
    user: trusted('/link'),
    cwd: 'link',
    shell: 'ln -s repo link',
    work: { ...repository('repo'), ...at('repo', 'model = "root"\n') },
  },
  {
    name: 'a .codex without a config.toml',
    user: `model = "a"\n${trusted('')}`,
    work: { ...repository(), '.codex/rules/x.rules': '', 'AGENTS.md': 'Be kind.\n' },
  },
  { name: 'an empty config.toml in .codex', user: trusted(''), work: { ...repository(), ...at('', '') } },
  { name: '.codex is a file', user: trusted(''), work: { ...repository(), '.codex': 'model = "b"\n' } },
  {
    name: 'a linked .codex',
    user: trusted(''),
    shell: 'ln -s real .codex',
    work: { ...repository(), 'real/config.toml': 'model = "linked"\nlog_dir = "here"\n' },
  },
  {
    name: 'trust by the defaults of the policy',
    defaults: [trusted('')],
    work: { ...repository(), ...at('', 'model = "b"\n') },
  },
  {
    name: 'trust by the system file',
    system: { 'config.toml': trusted('') },
    work: { ...repository(), ...at('', 'model = "b"\n') },
  },
  { name: 'a working folder that does not exist', user: 'model = "a"\n', cwd: 'nowhere' },
];
