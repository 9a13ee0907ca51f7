import type { EgressRule } from '#contract/internet-access.ts';

/** One thing that a hostile program inside a container tries. */
export interface EscapeAttempt {
  name: string;
  /** Bash. Ends with 0 exactly if it got what it wanted. */
  script: string;
  /** What the log must say about it; absent for what does not go through the proxy. */
  logged?: { rule: EgressRule; host?: string };
  /** Held by the kernel in containers of an engine, and a known weakness of the process driver. */
  onlyIn?: 'docker';
}

/** Shown to every attempt as shell functions. */
export const tools = `
via() { curl -fsS --max-time 8 -o /dev/null "$@"; }
# Sends bytes to the proxy as they are, in one piece. It got through when a server answers.
raw() { exec 9<>/dev/tcp/127.0.0.1/3128 || return 3; printf "$1" >/tmp/bytes; cat /tmp/bytes >&9; timeout 4 cat <&9 >/tmp/raw; exec 9>&-; grep -Eq '^http [A-Z]' /tmp/raw; }
# Sends bytes inside TLS to example.com.
inside() { (printf "$1"; sleep 1) | timeout 6 openssl s_client -quiet -proxy 127.0.0.1:3128 -connect example.com:443 -CAfile /opt/reeve/ca.pem "${'$'}{@:2}" >/tmp/inside 2>/dev/null; grep -Eq '^https [A-Z]' /tmp/inside; }
any() { ls -d "${'$'}@" 2>/dev/null | grep -q .; }
direct() { timeout 4 bash -c "exec 9<>/dev/tcp/$1/$2"; }
# A system call with these arguments that is neither forbidden nor unknown.
call() { perl -e '$! = 0; my ($n, @a) = map { $_ + 0 } @ARGV; my $r = syscall($n, @a); exit($r != -1 || ($! != 1 && $! != 38) ? 0 : 1)' "$@"; }
opens() { perl -e 'socket(my $s, $ARGV[0], $ARGV[1], $ARGV[2]) or exit 1; exit 0' "$@"; }
`;
