/** Where things are inside a container, whatever keeps it in. */
export const inside = {
  workspace: '/workspace',
  home: '/home/agent',
  /** The stock client as its package lays it out: bin/codex, codex-path/rg, codex-resources/bwrap. */
  codex: '/opt/codex',
  /** A bundle with the authority of this task and nothing else. */
  authority: '/opt/reeve/ca.pem',
  proxy: 'http://127.0.0.1:3128',
  proxyPort: 3128,
} as const;
