/**
 * What a container may ask of the kernel: a list of what programs need, and nothing else. It takes the place of the engine's own list for
 * two reasons. The stock client keeps its commands in namespaces of their own (`sandbox_mode`), which the engine's list forbids. And older
 * engines allow socket families that no network namespace holds back: AF_VSOCK reaches the machine below this one.
 */
const allowed = `
read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64
readv writev access pipe select sched_yield mremap msync mincore madvise shmget shmat shmctl dup dup2 pause nanosleep getitimer alarm
setitimer getpid sendfile connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername socketpair setsockopt
getsockopt clone clone3 fork vfork execve exit wait4 kill uname semget semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync
fdatasync truncate ftruncate getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod fchmod chown fchown
lchown umask gettimeofday getrlimit getrusage sysinfo times ptrace getuid getgid setuid setgid geteuid getegid setpgid getppid getpgrp
setsid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid getpgid setfsuid setfsgid getsid capget capset
rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime mknod statfs fstatfs getpriority setpriority sched_setparam
sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval mlock munlock
mlockall munlockall pivot_root prctl arch_prctl adjtimex setrlimit chroot sync mount umount2 sethostname setdomainname gettid readahead
setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr tkill time
futex sched_setaffinity sched_getaffinity set_thread_area get_thread_area io_setup io_destroy io_getevents io_submit io_cancel
epoll_create remap_file_pages getdents64 set_tid_address restart_syscall semtimedop fadvise64 timer_create timer_settime timer_gettime
timer_getoverrun timer_delete clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl tgkill utimes mq_open mq_unlink
mq_timedsend mq_timedreceive mq_notify mq_getsetattr waitid ioprio_set ioprio_get inotify_init inotify_add_watch inotify_rm_watch openat
mkdirat mknodat fchownat futimesat newfstatat unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll unshare
set_robust_list get_robust_list splice tee sync_file_range utimensat epoll_pwait signalfd timerfd_create eventfd fallocate timerfd_settime
timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev rt_tgsigqueueinfo recvmmsg prlimit64 syncfs
sendmmsg getcpu sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create execveat membarrier mlock2 copy_file_range preadv2
pwritev2 pkey_mprotect pkey_alloc pkey_free statx rseq pidfd_send_signal pidfd_open close_range openat2 faccessat2 process_madvise
epoll_pwait2 landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret process_mrelease futex_waitv
cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue`
  .trim()
  .split(/\s+/);

const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
const socketType = { stream: 1, datagram: 2 };
/** socket(2): flags are or-ed to the type. */
const typeMask = 0xf;
const netlinkRoute = 0;
/** personality(2): Linux, 32 bits, both without `uname` of today, and the question which it is. */
const personalities = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

const equal = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });
const typeIs = (type: number) => ({ index: 1, value: typeMask, valueTwo: type, op: 'SCMP_CMP_MASKED_EQ' });
const allow = (names: readonly string[], args: readonly object[] = []) => ({ names, action: 'SCMP_ACT_ALLOW', args });

/** In the engine's format. Programs of 32 bits do not run: their socket call hides what it asks for behind a pointer. */
export function systemCalls(): string {
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
    ],
    syscalls: [
      allow(allowed),
      allow(['socket'], [equal(0, family.unix)]),
      // No raw sockets and no netfilter, also where a namespace of its own gives the right to them.
      ...[family.inet, family.inet6].flatMap((domain) =>
        Object.values(socketType).map((type) => allow(['socket'], [equal(0, domain), typeIs(type)])),
      ),
      allow(['socket'], [equal(0, family.netlink), equal(2, netlinkRoute)]),
      ...personalities.map((value) => allow(['personality'], [equal(0, value)])),
    ],
  });
}
