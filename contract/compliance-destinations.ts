import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Compliance';
const At = z.iso.datetime();

/** How a destination takes records. */
export const destinationKinds = {
  syslog: { label: 'Syslog over TLS', sentence: 'RFC 5424 messages over TLS (RFC 5425), as most SIEMs take them.' },
  webhook: {
    label: 'Webhook',
    sentence: 'Batches of JSON by HTTPS, signed as Standard Webhooks says.',
  },
  otlp: { label: 'OTLP', sentence: 'OpenTelemetry logs by HTTP with JSON, to a collector or a vendor’s endpoint.' },
} as const;
export type DestinationKind = keyof typeof destinationKinds;
export const destinationKindNames = Object.keys(destinationKinds) as [DestinationKind, ...DestinationKind[]];

/** The kinds of compliance records that can be pushed, with the words of the console. */
export const pushedTypes = {
  CODEX_LOG: {
    label: 'Codex',
    sentence: 'What Codex clients did: prompts, answers, tool calls, decisions, access tokens.',
  },
  AUDIT_LOG: { label: 'Audit', sentence: 'Who changed what in this workspace.' },
  AUTH_LOG: { label: 'Sign-ins', sentence: 'Who signed in or out, and who was refused.' },
} as const;
export type PushedType = keyof typeof pushedTypes;
export const pushedTypeNames = Object.keys(pushedTypes) as [PushedType, ...PushedType[]];

export const defaultSyslogPort = 6514;

const Pem = z.string().trim().max(100_000);

export const Destination = z.object({
  id: z.string(),
  kind: z.enum(destinationKindNames),
  name: z.string(),
  address: z.string().describe('`host:port` for syslog, else the whole URL.'),
  hasOwnAuthority: z
    .boolean()
    .describe('Its certificate is checked against an authority given here, not the public ones.'),
  clientCertificate: z.object({ subject: z.string(), expiresAt: At }).nullable(),
  headerName: z.string().nullable().describe('OTLP: the header that holds its key.'),
  formerSecretEndsAt: At.nullable().describe('Webhook: until then batches are signed with the former secret too.'),
  eventTypes: z.array(z.enum(pushedTypeNames)),
  withContent: z.boolean().describe('Prompts, answers, arguments and output go along, where the workspace keeps them.'),
  state: z
    .enum(['off', 'waiting', 'delivering', 'failing'])
    .describe('`waiting`: nothing was delivered yet. `failing`: the last attempt failed; it is tried again by itself.'),
  delivered: z.number().int().describe('Records since it was made; a repeated one counts each time.'),
  lastDeliveredAt: At.nullable(),
  backlog: z.number().int().describe('Records that wait for it.'),
  waitingSince: At.nullable().describe('When the oldest of them happened.'),
  lastError: z.string().nullable(),
  failingSince: At.nullable(),
  triesAgainAt: At.nullable(),
  createdAt: At,
});
export type Destination = z.infer<typeof Destination>;

const Name = z.string().trim().min(1).max(100);
const Address = z.string().trim().min(1).max(2_000);
const EventTypes = z.array(z.enum(pushedTypeNames)).min(1);
const secretFields = {
  authorityPem: Pem.nullable().describe('Trusted in place of the public authorities; null: the public ones.'),
  clientCertificatePem: Pem.nullable().describe('Syslog: shown to the receiver, with its key.'),
  clientKeyPem: Pem.nullable().describe('Not shown again.'),
  header: z
    .object({ name: z.string().trim().min(1).max(100), value: z.string().trim().min(1).max(4_000) })
    .nullable()
    .describe('OTLP: sent with every batch, for example Authorization. The value is not shown again.'),
};

const WithSecret = z.object({
  destination: Destination,
  secret: z.string().nullable().describe('Webhook: what its signatures are checked with. Not shown again.'),
});

/** The longest time a former webhook secret goes on signing. */
export const longestSecretOverlapHours = 7 * 24;

export const complianceDestinations = {
  listDestinations: endpoint({
    method: 'GET',
    path: '/compliance/destinations',
    summary: 'Where compliance records are pushed to, and how that goes',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(Destination) })),
  createDestination: endpoint({
    method: 'POST',
    path: '/compliance/destinations',
    summary: 'Push compliance records somewhere',
    tag,
    allow: 'compliance.write',
    audit: 'destination.created',
  })
    .input(
      z.object({
        kind: z.enum(destinationKindNames),
        name: Name,
        address: Address,
        eventTypes: EventTypes,
        withContent: z.boolean().default(false),
        fromStart: z
          .boolean()
          .default(false)
          .describe('Everything that is still kept, not only what comes from now on.'),
        authorityPem: secretFields.authorityPem.default(null),
        clientCertificatePem: secretFields.clientCertificatePem.default(null),
        clientKeyPem: secretFields.clientKeyPem.default(null),
        header: secretFields.header.default(null),
      }),
    )
    .output(WithSecret),
  updateDestination: endpoint({
    method: 'PATCH',
    path: '/compliance/destinations/{id}',
    summary: 'Change a destination, or turn it off; what waits for it stays',
    tag,
    allow: 'compliance.write',
    audit: 'destination.updated',
  })
    .input(
      z.object({
        id: z.string(),
        name: Name.optional(),
        address: Address.optional(),
        eventTypes: EventTypes.optional(),
        withContent: z.boolean().optional(),
        isEnabled: z.boolean().optional(),
        authorityPem: secretFields.authorityPem.optional(),
        clientCertificatePem: secretFields.clientCertificatePem.optional(),
        clientKeyPem: secretFields.clientKeyPem.optional(),
        header: secretFields.header.optional(),
      }),
    )
    .output(Destination),
  rotateDestinationSecret: endpoint({
    method: 'POST',
    path: '/compliance/destinations/{id}/secret',
    summary: 'Give a webhook a new secret; batches are signed with both for a while',
    tag,
    allow: 'compliance.write',
    audit: 'destination.secret-rotated',
  })
    .input(
      z.object({ id: z.string(), overlapHours: z.number().int().min(0).max(longestSecretOverlapHours).default(24) }),
    )
    .output(WithSecret),
  testDestination: endpoint({
    method: 'POST',
    path: '/compliance/destinations/{id}/test',
    summary: 'Send a record that says it is a test',
    tag,
    allow: 'compliance.write',
    audit: 'destination.tested',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ isDelivered: z.boolean(), problem: z.string().nullable(), tookMs: z.number().int() })),
  deleteDestination: endpoint({
    method: 'DELETE',
    path: '/compliance/destinations/{id}',
    summary: 'Stop pushing to a destination and forget it',
    tag,
    allow: 'compliance.write',
    audit: 'destination.deleted',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({})),
};
