import { z } from 'zod';
import {
  addressRanges,
  httpsOrigin,
  listenAddress,
  listenAddressOrOff,
  mailAddress,
  oneOf,
  secretUrl,
  wholeNumber,
} from './config-values.ts';
import { keyListProblem } from './crypto/key-ring.ts';
import { secretText } from './secret-text.ts';

interface VariableNotes {
  example: string;
  /** The value that holds when the variable is not set, as the documentation shows it. */
  byDefault?: string;
  secret?: true;
}

const notes = z.registry<VariableNotes>();

const anyText = z.string();

const masterKeys = anyText.transform((text, context) => {
  const problem = keyListProblem(text);
  if (!problem) return secretText(text);
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

const seconds = (max: number) => wholeNumber({ unit: 'seconds', min: 1, max });

/** The whole environment. Every variable is optional; its sentence here is its documentation. */
export const environment = z.object({
  REEVE_DATA: anyText
    .optional()
    .describe('The folder for the embedded database, keys, certificates and files. One process at a time may use it.')
    .register(notes, { example: '/var/lib/reeve', byDefault: './data' }),
  REEVE_BLOBS_FOLDER: anyText
    .optional()
    .describe(
      'The folder for encrypted files, such as compliance log files. Servers that share a database have to share it; outside REEVE_DATA it is in no backup.',
    )
    .register(notes, { example: '/mnt/shared/reeve-blobs', byDefault: 'blobs in REEVE_DATA' }),
  REEVE_CLIENTS_FOLDER: anyText
    .optional()
    .describe(
      'The folder with the stock Codex clients that proofs run, one package per version. Installed there from npm when asked for; on a machine without internet, copy it.',
    )
    .register(notes, { example: '/opt/reeve-clients', byDefault: 'clients in REEVE_DATA' }),
  REEVE_URL: httpsOrigin
    .optional()
    .describe(
      'The https address under which browsers and Codex clients reach Reeve. Required when REEVE_LISTEN accepts other machines.',
    )
    .register(notes, {
      example: 'https://reeve.example.com',
      byDefault: 'https://localhost and the port of REEVE_LISTEN',
    }),
  REEVE_LISTEN: listenAddress
    .optional()
    .describe('The address and port the HTTPS server listens on; port 0 takes a free one.')
    .register(notes, { example: '0.0.0.0:8443', byDefault: '127.0.0.1:8443' }),
  REEVE_DATABASE_URL: secretUrl(['postgres', 'postgresql'])
    .optional()
    .describe('A PostgreSQL (15 or newer) database to use instead of the embedded one.')
    .register(notes, {
      example: 'postgres://reeve:password@db.example.com/reeve',
      byDefault: 'the embedded database',
      secret: true,
    }),
  REEVE_TLS_CERT: anyText
    .optional()
    .describe('A PEM file with your own server certificate followed by its intermediates; read again when it changes.')
    .register(notes, { example: '/etc/reeve/tls.crt', byDefault: 'a certificate of Reeve’s local authority' }),
  REEVE_TLS_KEY: anyText
    .optional()
    .describe('The PEM file with the private key of REEVE_TLS_CERT.')
    .register(notes, { example: '/etc/reeve/tls.key' }),
  REEVE_MASTER_KEY: masterKeys
    .optional()
    .describe(
      'The key that encrypts stored secrets, 32 bytes in base64. Several, separated by commas, while rotating: the first encrypts, all decrypt.',
    )
    .register(notes, { example: '$(openssl rand -base64 32)', secret: true }),
  REEVE_MASTER_KEY_FILE: anyText
    .optional()
    .describe('A file with the same content as REEVE_MASTER_KEY, one key a line.')
    .register(notes, {
      example: '/run/secrets/reeve-master-key',
      byDefault: 'keys/master.key in REEVE_DATA, made at the first start',
    }),
  REEVE_TRUSTED_PROXIES: addressRanges
    .optional()
    .describe('Addresses and ranges of reverse proxies whose X-Forwarded-For is believed, separated by commas.')
    .register(notes, { example: '10.0.0.0/8,192.168.1.7', byDefault: 'none' }),
  REEVE_EGRESS_RANGES: addressRanges
    .optional()
    .describe(
      'Addresses and ranges that Reeve calls git servers from, as they see them; shown to administrators and at /.well-known/reeve-egress.json for allowlists.',
    )
    .register(notes, { example: '203.0.113.7,2001:db8::/64', byDefault: 'none' }),
  REEVE_LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .optional()
    .describe('The least severe log lines to write.')
    .register(notes, { example: 'debug', byDefault: 'info' }),
  REEVE_LOG_FORMAT: oneOf(['auto', 'json', 'pretty'])
    .optional()
    .describe('Log lines as JSON, or pretty for people; auto is pretty on a terminal and JSON elsewhere.')
    .register(notes, { example: 'json', byDefault: 'auto' }),
  REEVE_METRICS_LISTEN: listenAddressOrOff
    .optional()
    .describe(
      'Where Prometheus finds /metrics over plain HTTP, or off. Keep it away from the public: it has no sign-in.',
    )
    .register(notes, { example: 'off', byDefault: '127.0.0.1:9464' }),
  REEVE_VENDOR_NAMES: oneOf(['on', 'off'])
    .optional()
    .describe(
      'on: also answer for the fixed vendor names that `codex login` in a browser and `codex cloud` call, with certificates of a separate authority, for machines that come through `reeve proxy`.',
    )
    .register(notes, { example: 'on', byDefault: 'off' }),
  REEVE_SMTP_URL: secretUrl(['smtp', 'smtps'])
    .optional()
    .describe('The mail server for invitations. Without one the console shows links to pass on.')
    .register(notes, { example: 'smtps://user:password@mail.example.com:465', byDefault: 'no mail', secret: true }),
  REEVE_MAIL_FROM: mailAddress
    .optional()
    .describe('The sender of mails; required with REEVE_SMTP_URL.')
    .register(notes, { example: 'Reeve <reeve@example.com>' }),
  REEVE_AUDIT_CHECKPOINT_MINUTES: wholeNumber({ unit: 'minutes', min: 1, max: 1440 })
    .optional()
    .describe('How old the newest signed checkpoint of the audit log may get while there are entries after it.')
    .register(notes, { example: '60', byDefault: '10' }),
  REEVE_AUDIT_CHECKPOINT_ENTRIES: wholeNumber({ unit: 'entries', min: 1, max: 1_000_000 })
    .optional()
    .describe('How many entries of the audit log may come before a checkpoint is made earlier than that.')
    .register(notes, { example: '100', byDefault: '1000' }),
  REEVE_AUDIT_COPY_FOLDER: anyText
    .optional()
    .describe(
      'A folder that gets a copy of every checkpoint of the audit log; on a disk that whoever runs this server cannot write over.',
    )
    .register(notes, { example: '/mnt/write-once/reeve', byDefault: 'no copies' }),
  REEVE_AUDIT_COPY_URL: secretUrl(['https', 'http'])
    .optional()
    .describe('A webhook that gets every checkpoint of the audit log in a POST; best one that somebody else runs.')
    .register(notes, { example: 'https://archive.example.org/reeve', byDefault: 'no webhook', secret: true }),
  REEVE_AUDIT_COPY_SECRET: anyText
    .transform((text) => secretText(text))
    .optional()
    .describe('What signs those POSTs (HMAC, as Standard Webhooks says); required with REEVE_AUDIT_COPY_URL.')
    .register(notes, { example: '$(openssl rand -base64 32)', secret: true }),
  REEVE_AUDIT_TIME_STAMP_URL: secretUrl(['https', 'http'])
    .optional()
    .describe('A time stamping authority (RFC 3161) that stamps every checkpoint of the audit log.')
    .register(notes, { example: 'https://tsa.example.org/tsr', byDefault: 'no time stamps', secret: true }),
  REEVE_EMBEDDED_RUNNER: oneOf(['on', 'off'])
    .optional()
    .describe(
      'on: tasks of Codex cloud run on this server’s own machine too, in bubblewrap, which is weaker than a runner with containers.',
    )
    .register(notes, { example: 'off', byDefault: 'on with the embedded database, else off' }),
  REEVE_SHUTDOWN_TIMEOUT_SECONDS: seconds(3600)
    .optional()
    .describe('How long a stop waits for answers in flight before it ends them.')
    .register(notes, { example: '60', byDefault: '30' }),
  REEVE_GATEWAY_MAX_BODY_BYTES: wholeNumber({ unit: 'bytes', min: 1024, max: 1_073_741_824 })
    .optional()
    .describe('The largest model request accepted, measured after decompression.')
    .register(notes, { example: '67108864', byDefault: '33554432' }),
  REEVE_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: seconds(3600)
    .optional()
    .describe('How long the model upstream may take to begin its answer.')
    .register(notes, { example: '120', byDefault: '300' }),
  REEVE_GATEWAY_IDLE_TIMEOUT_SECONDS: seconds(3600)
    .optional()
    .describe('How long a model answer may pause between two pieces before it is ended.')
    .register(notes, { example: '120', byDefault: '300' }),
});

export type Environment = z.output<typeof environment>;
export type VariableName = keyof Environment;

export interface VariableDescription {
  name: VariableName;
  sentence: string;
  example: string;
  byDefault: string;
  isSecret: boolean;
}

/** Every variable with what the documentation says about it, in the order of the schema. */
export const variables: readonly VariableDescription[] = (Object.keys(environment.shape) as VariableName[]).map(
  (name) => {
    const schema = environment.shape[name];
    const { example = '', byDefault = 'not set', secret = false } = notes.get(schema) ?? {};
    return { name, sentence: schema.description ?? '', example, byDefault, isSecret: secret };
  },
);
