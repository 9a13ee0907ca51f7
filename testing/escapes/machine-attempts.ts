import type { EscapeAttempt } from './attempt.ts';

const reading: EscapeAttempt[] = [
  { name: 'a file of this machine', script: 'cat "$HOST_SECRET"' },
  { name: 'the same by a link', script: 'ln -sfn "$HOST_SECRET" /workspace/link && cat /workspace/link' },
  { name: 'the same by a second name', script: 'ln "$HOST_SECRET" /workspace/second' },
  { name: 'the same by the root of the first process', script: 'cat "/proc/1/root$HOST_SECRET"' },
  { name: 'the same by a process’s folder', script: 'cat /proc/[0-9]*/cwd/../../../../..$HOST_SECRET' },
  { name: 'the same above the workspace', script: 'cat "/workspace/../../../../..$HOST_SECRET"' },
  {
    name: 'the same by its name, anywhere',
    script: 'find / -name "$(basename "$HOST_SECRET")" 2>/dev/null | grep -q .',
  },
  { name: 'passwords of this machine', script: 'head -c 1 /etc/shadow | grep -q .' },
  { name: 'another task’s workspace', script: 'any "$OTHER_WORKSPACE"' },
  { name: 'another task’s file, anywhere', script: 'find / -name other-task.txt 2>/dev/null | grep -q .' },
  { name: 'another task’s way out', script: 'test -e "$OTHER_SOCKET"' },
  { name: 'its own proxy, around the relay', script: 'test -e "$OWN_SOCKET"' },
  { name: 'another task’s token, in its environment', script: `grep -aqs "at-$(printf other)" /proc/[0-9]*/environ` },
  {
    name: 'another task’s token, in any file',
    script: `grep -rqs "at-$(printf other)" /tmp /var/tmp /home /workspace /run /dev/shm /opt/reeve`,
  },
  {
    name: 'the runner’s secret, in a process’s environment',
    script: `grep -aqs "rr-$(printf loot)" /proc/[0-9]*/environ`,
  },
  {
    name: 'a socket of the engine or the runner',
    script: 'any /var/run/docker.sock /run/docker.sock /run/containerd /run/podman "$ENGINE_SOCKET"',
  },
  { name: 'processes of this machine', script: 'ps -e -o comm | grep -Eq "dockerd|containerd|vitest"' },
  { name: 'a process of this machine, to kill', script: 'kill -0 "$HOST_PID"' },
  { name: 'the folder of a process of this machine', script: 'any "/proc/$HOST_PID/fd"' },
  { name: 'memory of this machine', script: 'head -c 1 /dev/mem || head -c 1 /proc/kcore | grep -q .' },
  { name: 'the kernel’s log', script: 'dmesg || head -c 1 /dev/kmsg', onlyIn: 'docker' },
  { name: 'a disk of this machine', script: 'any /dev/vd* /dev/sd* /dev/nvme* /dev/dm-*' },
  { name: 'a disk, by a device of its own', script: 'mknod /tmp/disk b 8 0 && head -c 1 /tmp/disk' },
  { name: 'the hypervisor, FUSE or vsock', script: 'any /dev/kvm /dev/fuse /dev/vsock /dev/net/tun' },
];

const writing: EscapeAttempt[] = [
  ...['/etc/passwd', '/usr/bin/git', '/opt/reeve/ca.pem', '/etc/ssl/certs/ca-certificates.crt'].map((path) => ({
    name: `writing ${path}`,
    script: `echo x >> ${path}`,
  })),
  ...['/', '/usr/bin/', '/etc/', '/opt/', '/opt/reeve/', '/sys/fs/cgroup/'].map((folder) => ({
    name: `a new file in ${folder}`,
    script: `touch ${folder}planted`,
  })),
  { name: 'making / writable', script: 'mount -o remount,rw /' },
  {
    name: 'making / writable as root of its own',
    script: 'unshare -Urm sh -c "mount -o remount,bind,rw / && touch /planted"',
  },
  {
    name: 'making the authority writable as root of its own',
    script: 'unshare -Urm sh -c "mount -o remount,bind,rw /opt/reeve/ca.pem && echo x >> /opt/reeve/ca.pem"',
  },
  {
    name: 'taking a mask off /proc',
    script: 'unshare -Urm sh -c "umount /proc/kcore && head -c 1 /proc/kcore | grep -q ."',
  },
  { name: 'the kernel’s settings', script: 'echo "|/workspace/planted" > /proc/sys/kernel/core_pattern' },
  {
    name: 'the kernel’s settings as root of its own',
    script: 'unshare -Urm sh -c "echo 1 > /proc/sys/kernel/core_pattern"',
  },
  { name: 'the kernel’s console key', script: 'echo h > /proc/sysrq-trigger' },
  {
    name: 'raising its own limits',
    script: 'echo 9999 > /sys/fs/cgroup/pids/pids.max || echo max > /sys/fs/cgroup/pids.max',
  },
  {
    name: 'a program that the kernel starts for a control group',
    script:
      'mkdir -p /tmp/cg && unshare -UrmC sh -c "mount -t cgroup -o memory c /tmp/cg && echo /planted > /tmp/cg/release_agent"',
  },
  { name: 'becoming root by su', script: 'su root -c true < /dev/null' },
  {
    name: 'becoming root by a file of its own root',
    script:
      'unshare -Ur sh -c "cp /bin/sh /workspace/sh && chmod 4755 /workspace/sh"; test "$(/workspace/sh -p -c "id -u")" = 0',
  },
  { name: 'capabilities', script: 'grep CapEff /proc/self/status | grep -qv 0000000000000000' },
  { name: 'the clock', script: 'date -s 2020-01-01' },
  { name: 'the host’s name', script: 'hostname planted' },
];

/** Numbers of x86-64, with arguments that a kernel which allows the call at all answers with another error than EPERM. */
const calls: [string, string][] = [
  ['keyctl', '250 0 0 0'],
  ['add_key', '248 0 0 0 0 0'],
  ['bpf', '321 0 0 0'],
  ['perf_event_open', '298 0 0 0 0 0'],
  ['userfaultfd', '323 0'],
  ['io_uring_setup', '425 1 0'],
  ['open_by_handle_at', '304 0 0 0'],
  ['init_module', '175 0 0 0'],
  ['kexec_load', '246 0 0 0 0'],
  ['process_vm_readv', '310 1 0 0 0 0 0'],
  ['fsopen', '430 0 0'],
  ['setns', '308 999 0'],
  ['swapon', '167 0 0'],
  ['quotactl', '179 0 0 0 0'],
];

export const onTheMachine: EscapeAttempt[] = [
  ...reading,
  ...writing,
  ...(process.arch === 'x64' ? calls : []).map(([name, args]) => ({
    name: `the system call ${name}`,
    script: `call ${args}`,
    onlyIn: 'docker' as const,
  })),
];

/** The same means where they must work, or the attempts above would prove nothing. */
export const controls: EscapeAttempt[] = [
  { name: 'a listed domain', script: 'via https://example.com/control/1' },
  { name: 'a listed domain without TLS', script: 'via http://example.com/control/2' },
  { name: 'the gateway', script: 'via -X POST https://gateway.reeve.example:8443/v1/responses' },
  {
    name: 'bytes to the proxy',
    script: String.raw`raw 'GET http://example.com/control/3 HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n'`,
  },
  {
    name: 'bytes inside TLS',
    script: String.raw`inside 'GET /control/4 HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n' -servername example.com`,
  },
  { name: 'TCP', script: 'direct 127.0.0.1 3128' },
  { name: 'sockets of perl', script: 'opens 1 1 0 && opens 2 1 0 && opens 10 2 0' },
  {
    name: 'system calls of perl',
    script: "call 39 && perl -e 'my ($n, @a) = (39); exit(syscall($n, @a) == $$ ? 0 : 1)'",
  },
  {
    name: 'a link in the workspace',
    script: 'echo x > /workspace/own && ln -sfn /workspace/own /workspace/ownlink && cat /workspace/ownlink',
  },
  { name: 'its own environment', script: 'grep -aqs OWN_TOKEN /proc/[0-9]*/environ' },
  { name: 'its own processes', script: 'ps -e -o comm | grep -q bash && kill -0 $$ && any /proc/$$/fd' },
  { name: 'finding by name', script: 'touch /workspace/found-me; find / -name found-me 2>/dev/null | grep -q .' },
  { name: 'writing the workspace, home and memory', script: 'touch /workspace/x /home/agent/x /tmp/x /dev/shm/x' },
  { name: 'being root of its own', script: 'unshare -Urm sh -c "mount -t tmpfs t /mnt && touch /mnt/x"' },
];
