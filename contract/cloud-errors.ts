/** What Codex cloud and its runners are refused with; part of `errors`. HTTP status and the public sentence. */
export const cloudErrors = {
  'cloud-off': {
    status: 403,
    message: 'Codex cloud is off in this workspace. A workspace owner turns it on under Settings and permissions.',
  },
  'no-runner': {
    status: 409,
    message: 'No runner fits this environment. Whoever runs this server adds one under Runners.',
  },
  'task-limit': {
    status: 429,
    message: 'Too many of your tasks are waiting. Let some end, or cancel them, then try again.',
  },
  'environment-limit': {
    status: 409,
    message: 'There are too many environments. Delete some that nobody needs, then try again.',
  },
  'comment-limit': {
    status: 409,
    message: 'This task has too many comments. Take back some that were not sent, or go on in a new task.',
  },
  'watch-limit': {
    status: 429,
    message: 'You watch too many attempts at once. Close some of their pages; this one goes on by itself.',
  },
  'task-running': { status: 409, message: 'This task still runs. Wait for its end or cancel it first.' },
  'task-has-no-diff': { status: 409, message: 'This attempt changed nothing, so there is nothing to publish.' },
  'attempt-not-found': { status: 404, message: 'There is no such attempt, or it is somebody else’s.' },
  'repository-not-allowed': {
    status: 403,
    message: 'This repository is not chosen for environments. Whoever manages connectors chooses it under GitHub.',
  },
  'repository-refused': {
    status: 403,
    message: 'Your own account on the git server may not do this in the repository.',
  },
  'git-account-needed': {
    status: 409,
    message: 'Link your account on the git server first, so that your own permission can be checked.',
  },
  'git-server-failed': { status: 502, message: 'The git server did not answer as it should; see what it said.' },
  'git-refused': { status: 409, message: 'The git server refused this; see what it said.' },
  'git-connection-failed': {
    status: 422,
    message: 'The repository cannot be reached with this address and token; see what it said.',
  },
  'git-link-expired': { status: 410, message: 'This took too long, or was done already. Begin again.' },
  'git-in-use': { status: 409, message: 'Environments use repositories of this connection. Change them first.' },
  'webhook-refused': { status: 401, message: 'The signature of this delivery is missing or wrong.' },
  'lease-lost': {
    status: 409,
    message: 'This attempt is another runner’s by now, or has ended. Stop what runs for it.',
  },
  'secrets-taken': {
    status: 409,
    message: 'The secrets of this attempt were handed out already. A runner that lost them ends the attempt.',
  },
  'runner-unknown': {
    status: 401,
    message: 'This runner is not registered here, or was removed. Register it with a new token.',
  },
  'runner-token-invalid': {
    status: 401,
    message: 'This registration token is not known, has expired, or was used. Make a new one under Runners.',
  },
  'runner-protocol': {
    status: 426,
    message: 'This runner and Reeve do not understand each other. Bring the runner to the version of Reeve.',
  },
} as const satisfies Record<string, { status: number; message: string }>;
