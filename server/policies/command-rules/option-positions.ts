/** An option that may stand between the program and its subcommand, so that a rule for both words does not match. */
const OPTION_BEFORE_SUBCOMMAND: Readonly<Record<string, string>> = {
  apt: '-y',
  'apt-get': '-y',
  aws: '--profile p',
  az: '--debug',
  brew: '-v',
  cargo: '-v',
  dnf: '-y',
  docker: '--debug',
  gcloud: '--quiet',
  git: '-C .',
  helm: '--debug',
  hg: '-R .',
  kubectl: '-v 0',
  npm: '--silent',
  pip: '-v',
  pip3: '-v',
  podman: '--log-level error',
  pnpm: '--silent',
  poetry: '-v',
  svn: '--non-interactive',
  systemctl: '--no-pager',
  terraform: '-chdir=.',
  yarn: '--silent',
  yum: '-y',
};

/** The same command written so that a rule with these first words does not match, or null when none is known. */
export function reorderedExample(words: readonly string[]): string | null {
  const [program = '', second, ...rest] = words;
  if (second === undefined) return null;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (second.startsWith('-')) {
    const letters = /^-([A-Za-z]{2,})$/.exec(second)?.[1];
    return letters === undefined ? null : [program, ...[...letters].map((letter) => `-${letter}`), ...rest].join(' ');
  }
  const option = OPTION_BEFORE_SUBCOMMAND[name];
  return option === undefined ? null : [program, option, second, ...rest].join(' ');
}
