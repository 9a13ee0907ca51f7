import { cloudErrors } from './cloud-errors.ts';

/** The vendor's words when Codex Local is off for someone. Shown unchanged by every client surface. */
export const localOffMessage = '403 - Unauthorized. Contact your ChatGPT administrator for access.';

/**
 * Every expected error: HTTP status and the public sentence. Codes are a stable API. Anything that is not one of these is a bug
 * and answers as `internal`.
 */
export const errors = {
  internal: {
    status: 500,
    message: 'Reeve failed to handle this request. The reference leads your operator to the cause in the log.',
  },
  'bad-input': { status: 400, message: 'The request is not valid; see the issues for what and where.' },
  'body-too-large': { status: 413, message: 'The request body is larger than this server accepts.' },
  'not-signed-in': { status: 401, message: 'Sign in first.' },
  'not-permitted': { status: 403, message: 'Your role does not include this. Ask a workspace owner.' },
  'cross-origin': { status: 403, message: 'This request came from another site and was refused.' },
  'not-found': { status: 404, message: 'There is nothing here, or not any more.' },
  conflict: { status: 409, message: 'Somebody changed this meanwhile. Load it again, then repeat your change.' },
  'already-exists': { status: 409, message: 'There is one of that name already.' },
  'too-many-attempts': { status: 429, message: 'Too many attempts. Wait, then try again.' },
  'wrong-credentials': { status: 401, message: 'E-mail or password is wrong.' },
  'second-factor-wrong': {
    status: 422,
    message: 'That is not right, or it was used already. Take the code that is shown now, or try another way.',
  },
  'second-factor-expired': {
    status: 410,
    message: 'This sign-in took too long, or was finished or broken off. Start again with your password.',
  },
  'second-factor-required': {
    status: 403,
    message: 'Your workspace asks for a second factor. Set one up under your account first.',
  },
  'step-up-required': { status: 403, message: 'Confirm that it is you with your second factor, then repeat this.' },
  'log-file-replaced': {
    status: 410,
    message: 'The content of a person was erased from this log file; another one took its place.',
  },
  'on-hold': {
    status: 409,
    message: 'A legal hold keeps everything of this person. Have it lifted first, or suspend them instead.',
  },
  'last-second-factor': {
    status: 409,
    message: 'Your workspace asks for a second factor, and this is your last one. Add another one first.',
  },
  'passkey-refused': {
    status: 422,
    message: 'This passkey is not known here, or its answer was not valid. Try again, or sign in another way.',
  },
  'passkeys-impossible': {
    status: 409,
    message:
      'Browsers allow passkeys only where the server is reached by a name, not by an IP address. Use an authenticator app.',
  },
  'totp-not-started': {
    status: 409,
    message: 'No authenticator app is being set up, or that was started again elsewhere. Start anew.',
  },
  'member-suspended': { status: 403, message: 'Your membership is suspended. Contact a workspace owner.' },
  'sso-required': {
    status: 403,
    message: 'This workspace requires single sign-on. Sign in with your identity provider instead.',
  },
  'sso-test-needed': {
    status: 409,
    message: 'Test this connection first: it is enabled with the settings that a test has proved.',
  },
  'domain-refused': { status: 422, message: 'This e-mail domain cannot be claimed.' },
  'link-invalid': {
    status: 410,
    message: 'This link was used already, has expired or was withdrawn. Ask for a new one.',
  },
  'setup-done': {
    status: 409,
    message: 'This Reeve has an owner already. Sign in, or make a new link with `reeve owner-link`.',
  },
  'weak-password': {
    status: 422,
    message: 'Choose a longer password: at least 12 characters, not one of the common ones.',
  },
  'scim-managed': {
    status: 409,
    message: 'This comes from your identity provider through SCIM. Change it there; the change arrives by itself.',
  },
  'last-owner': {
    status: 409,
    message: 'A workspace keeps at least one active owner. Make somebody else an owner first.',
  },
  'own-membership': {
    status: 409,
    message: 'You cannot suspend or remove yourself. Ask another workspace owner.',
  },
  'api-keys-off': {
    status: 403,
    message:
      'API keys are not allowed in this workspace, because they carry no policy. A workspace owner can allow them under Settings and permissions.',
  },
  'device-code-off': {
    status: 404,
    message:
      'Device code sign-in is off in this workspace. A workspace owner can turn it on under Settings and permissions.',
  },
  'device-code-unknown': {
    status: 404,
    message: 'No sign-in waits for this code. Codes work for 15 minutes; start again in the client to get a new one.',
  },
  'device-code-not-permitted': {
    status: 403,
    message:
      'Your roles do not include signing in with a device code, so this sign-in was ended. Sign in with the browser on that machine (`codex login`), or ask a workspace owner for the permission.',
  },
  'role-in-use': {
    status: 409,
    message: 'Members without a role have this one. Choose another default role first, then delete it.',
  },
  'authorization-expired': {
    status: 410,
    message: 'This sign-in has expired or was answered already. Start it again in the client.',
  },
  'local-off': { status: 403, message: localOffMessage },
  'policy-refused': {
    status: 422,
    message: 'A client would refuse this document, so it cannot be published. See the diagnostics.',
  },
  'policy-in-use': {
    status: 409,
    message: 'This policy is assigned, or is the fallback or the baseline. Take it out of the order first.',
  },
  'model-not-allowed': { status: 403, message: 'This model is not allowed in this workspace.' },
  'upstream-not-set': { status: 503, message: 'No model upstream is set. A workspace owner sets it under Models.' },
  'upstream-unreachable': { status: 502, message: 'The model upstream cannot be reached.' },
  'upstream-timeout': { status: 504, message: 'The model upstream did not answer in time.' },
  'upstream-limited': { status: 429, message: 'The model upstream limits calls. Wait, then try again.' },
  'upstream-broken': { status: 502, message: 'The model upstream broke off its answer. Try again.' },
  'upstream-refused': { status: 502, message: 'The model upstream refused the call.' },
  'policies-frozen': {
    status: 409,
    message:
      'Policies are frozen: nobody publishes, assigns or deletes until the freeze is lifted under Policies. Drafts can be saved, and going back to an earlier state works.',
  },
  'policies-managed-elsewhere': {
    status: 409,
    message:
      'A folder owns the policies, so they are changed there and applied with an API key. Hand them back to the console under Policies first.',
  },
  'policy-draft-missing': {
    status: 409,
    message: 'There is no draft to publish. Edit the policy first; what is published stays as it is.',
  },
  'policy-tests-failed': {
    status: 422,
    message: 'Tests of this policy fail, so it was not published. See which; change the policy or the tests.',
  },
  'policy-not-published': {
    status: 409,
    message: 'A policy that was never published cannot apply to anybody. Publish it first.',
  },
  'policy-approval-refused': {
    status: 403,
    message:
      'Whoever wrote a draft, or asked to publish it, cannot approve it. Ask somebody else who may write policies.',
  },
  'policy-set-refused': {
    status: 422,
    message: 'The set cannot be applied as it is, so nothing was changed. See the problems for what and where.',
  },
  'policy-revision-missing': {
    status: 403,
    message:
      'This client runs without the workspace policy. Update Codex, restart it, and sign in again if this stays.',
  },
  'policy-revision-stale': {
    status: 403,
    message: 'This client runs with an old workspace policy. Restart Codex to load the current one.',
  },
  'client-too-old': {
    status: 403,
    message: 'This client is older than your workspace accepts. Update Codex, then try again.',
  },
  'bundle-not-valid': {
    status: 422,
    message: 'The bundle has errors, so it was not published. See which file and line.',
  },
  'bundle-unchanged': {
    status: 409,
    message: 'The draft has the same files as the newest version, so there is nothing to publish.',
  },
  'review-needed': {
    status: 409,
    message: 'Nobody publishes what they wrote themselves here. Ask somebody else to review it.',
  },
  'review-refused': { status: 403, message: 'Whoever wrote a draft, or asked for the review, cannot approve it.' },
  'proof-running': { status: 409, message: 'A proof is running. Wait for it, or stop it first.' },
  'proof-cannot-run': {
    status: 409,
    message: 'This server cannot start the stock client; see why and what to do under Verify.',
  },
  'proof-not-finished': { status: 409, message: 'This proof has not ended, so there is no certificate.' },
  'client-not-installed': { status: 409, message: 'This client version is not installed on the server.' },
  'client-not-allowed': {
    status: 403,
    message:
      'This kind of client cannot carry the workspace policy and is not allowed here. Sign in with a current Codex client.',
  },
  'token-expired': { status: 401, message: 'The access token has expired. Sign in again.' },
  'token-invalid': { status: 401, message: 'The access token is not valid. Sign in again.' },
  'key-invalid': { status: 401, message: 'This API key is not known, was revoked or was replaced. Create a new one.' },
  'key-expired': { status: 401, message: 'This API key has expired. Rotate it in the console under Keys.' },
  'key-address-refused': { status: 403, message: 'This API key does not work from this address.' },
  'scope-missing': { status: 403, message: 'This key or token was made without the scope that is needed here.' },
  'member-only': { status: 403, message: 'This needs a person who is signed in; an API key cannot do it.' },
  'too-many-calls': { status: 429, message: 'Too many calls with this key. Wait, then go on.' },
  'mail-not-set-up': {
    status: 409,
    message: 'Mail is not set up on this server (REEVE_SMTP_URL). Copy the link instead.',
  },
  'stale-version': { status: 412, message: 'It was changed meanwhile. Read it again, then repeat your change.' },
  'media-type-not-supported': {
    status: 415,
    message: 'This content type or content encoding is not accepted here; see which are.',
  },
  'telemetry-token-invalid': {
    status: 401,
    message:
      'This telemetry token was not made here, or its member is not active. Clients get a new one with their policy.',
  },
  'telemetry-busy': { status: 429, message: 'Too many records are waiting to be written. Send them again shortly.' },
  'telemetry-not-written': { status: 503, message: 'The records could not be written. Send them again shortly.' },
  'not-supported': { status: 501, message: 'Reeve does not offer this.' },
  'shutting-down': { status: 503, message: 'Reeve is stopping. Try again in a moment.' },
  ...cloudErrors,
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errors;
