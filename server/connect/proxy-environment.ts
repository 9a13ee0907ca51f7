interface ProxyEnvironment {
  /** `http://host:port` of `reeve proxy`. */
  proxyUrl: string;
  reeveOrigin: string;
  /** Where the machine keeps Reeve's authorities; null when its own store knows them. */
  authorityPath: string | null;
}

/** The variables that lead one program through `reeve proxy`, for `set -a; . file` in a subshell. */
export function proxyEnvironment({ proxyUrl, reeveOrigin, authorityPath }: ProxyEnvironment): string {
  const direct = [
    ...new Set([new URL(reeveOrigin).hostname.replace(/^\[(.*)\]$/, '$1'), '127.0.0.1', '::1', 'localhost']),
  ];
  const lines = [
    '# Only for the Codex client: whatever starts with these variables reaches Reeve and nothing else.',
    `HTTPS_PROXY='${proxyUrl}'`,
    `NO_PROXY='${direct.join(',')}'`,
    ...(authorityPath === null ? [] : [`CODEX_CA_CERTIFICATE='${authorityPath}'`]),
  ];
  return `${lines.join('\n')}\n`;
}
