import { z } from 'zod';
import { codexSurfaces } from '#contract/codex-surfaces.ts';

/** The records of the vendor’s log files (its OpenAPI document 2.5.3, and `[O]` of section 6.4 of what we know about it). */
const Text = z.string();
const uuid = z.uuid();

export const Actor = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ACCOUNT_USER'),
    user_id: Text,
    user_email: Text.nullable(),
    credential_id: Text.optional(),
  }),
  z.strictObject({
    type: z.literal('API_KEY'),
    redacted_id: Text.regex(/^.{3}\.\.\..{4}$/),
    // Ours: the whole id of the key, which is no secret.
    credential_id: Text.optional(),
  }),
  z.strictObject({ type: z.literal('SYSTEM'), id: Text }),
]);
export type Actor = z.infer<typeof Actor>;

const envelope = {
  event_id: uuid,
  timestamp: z.iso.datetime(),
  principal: z.strictObject({ id: Text, type: z.enum(['CHATGPT_WORKSPACE', 'API_PLATFORM_ORG']) }),
  actor: Actor,
};

const OptionalText = Text.nullable().optional();
const inTurn = {
  session_id: Text,
  turn_id: OptionalText,
  call_id: OptionalText,
  environment_id: OptionalText,
};
const tool = <Type extends string>(type: Type) =>
  z.strictObject({
    detail_type: z.literal(type),
    ...inTurn,
    tool_name: Text,
    tool_type: Text,
    tool_input: Text,
    tool_call_id: OptionalText,
    status: OptionalText,
    model: OptionalText,
  });
const accessToken = <Type extends string>(type: Type) =>
  z.strictObject({
    detail_type: z.literal(type),
    access_token_id: Text,
    access_token_name: Text,
    created_by_user_id: Text,
    expires_at: OptionalText,
  });
/** Ours: who or what decided about a tool call, a command in the sandbox, a connection or an action. The vendor’s log has no such. */
const decided = <Type extends string>(type: Type) =>
  z.strictObject({
    detail_type: z.literal(type),
    ...inTurn,
    tool_name: OptionalText,
    tool_call_id: OptionalText,
    decision: OptionalText,
    decided_by: OptionalText,
    rule: OptionalText,
    policy: OptionalText,
    model: OptionalText,
  });

const environment = <Type extends string>(type: Type) =>
  z.strictObject({
    detail_type: z.literal(type),
    environment_id: Text,
    environment_fields: z.record(Text, z.unknown()),
  });

export const CodexEventDetails = z.discriminatedUnion('detail_type', [
  z.strictObject({
    detail_type: z.literal('PROMPT_SENT'),
    ...inTurn,
    prompt_text: Text,
    model: OptionalText,
  }),
  z.strictObject({
    detail_type: z.literal('PROMPT_RESPONSE_RECEIVED'),
    ...inTurn,
    response_text: Text,
    status: Text,
    model: Text,
    service_tier: OptionalText,
    reasoning_effort: OptionalText,
    token_usage: z.strictObject({
      input_tokens: z.number(),
      output_tokens: z.number(),
      cached_input_tokens: z.number(),
      reasoning_output_tokens: z.number(),
    }),
  }),
  tool('TOOL_CALL_SUGGESTED'),
  tool('TOOL_CALL_COMPLETED'),
  tool('TOOL_CALL_FAILED'),
  accessToken('ACCESS_TOKEN_CREATED'),
  accessToken('ACCESS_TOKEN_REVOKED'),
  z.strictObject({
    detail_type: z.literal('WORKSPACE_UPDATED'),
    previous_settings: z.record(Text, z.unknown()).optional(),
    current_settings: z.record(Text, z.unknown()).optional(),
  }),
  environment('ENVIRONMENT_CREATED'),
  environment('ENVIRONMENT_UPDATED'),
  z.strictObject({ detail_type: z.literal('ENVIRONMENT_DELETED'), environment_id: Text }),
  decided('TOOL_CALL_DECIDED'),
  decided('SANDBOX_DECIDED'),
  decided('NETWORK_DECIDED'),
  decided('ACTION_REVIEWED'),
]);
export type CodexEventDetails = z.infer<typeof CodexEventDetails>;

export const CodexLogRecord = z
  .strictObject({
    ...envelope,
    type: z.literal('CODEX_LOG'),
    event_type: Text,
    client_id: z.enum(codexSurfaces),
    workspace_id: uuid,
    event_details: CodexEventDetails,
  })
  .refine(({ event_type, event_details }) => event_type === event_details.detail_type, 'event_type is not detail_type');

const RequestMetadata = z.strictObject({ client_ip: Text.nullable(), client_user_agent: Text.nullable() });

export const AuthLogRecord = z.strictObject({
  ...envelope,
  type: z.literal('AUTH_LOG'),
  request_metadata: RequestMetadata,
  action_data: z.looseObject({ action: Text.regex(/^[a-z_]+$/), auth_provider_name: Text.nullable() }),
});

export const AuditLogRecord = z.strictObject({
  ...envelope,
  type: z.literal('AUDIT_LOG'),
  action: Text.regex(/^[A-Z_]+$/),
  action_result: z.enum(['SUCCESS', 'BLOCKED', 'ERROR']),
  action_privilege: z.enum(['ADMIN', 'STANDARD_USER']),
  request_metadata: RequestMetadata.extend({
    client_ip_details: z.null(),
    client_ja3: Text,
    client_ja4: Text,
    destination_hostname: Text.nullable(),
  }),
  action_data: z.record(Text, z.unknown()),
});

const Amount = z.strictObject({ value: z.number(), unit: Text });
export const CostsRecord = z.strictObject({
  ...envelope,
  type: z.literal('COSTS'),
  payload: z.strictObject({
    day: z.iso.date(),
    hour: z.number().int().min(0).max(23),
    organization_id: Text,
    identity: z
      .strictObject({
        user_id: Text,
        email: Text.nullable(),
        name: Text.nullable(),
        groups: z.array(z.strictObject({ id: Text, name: Text.nullable() })),
      })
      .nullable(),
    product: Text,
    surface: Text,
    client: Text,
    model: Text.nullable(),
    service_tier: Text.nullable(),
    reasoning: Text.nullable(),
    measures: z.strictObject({
      usage: z.strictObject({
        text_input_tokens: z.number(),
        text_cached_input_tokens: z.number(),
        text_output_tokens: z.number(),
      }),
      billing: z.array(
        z.strictObject({ sku: Text, quantity: Amount, cost: Amount, estimated_cost_usd: Amount.optional() }),
      ),
    }),
  }),
});

export const LogRecord = z.union([CodexLogRecord, AuthLogRecord, AuditLogRecord, CostsRecord]);
export type CodexLogRecord = z.infer<typeof CodexLogRecord>;
export type AuthLogRecord = z.infer<typeof AuthLogRecord>;
export type AuditLogRecord = z.infer<typeof AuditLogRecord>;
export type CostsRecord = z.infer<typeof CostsRecord>;
export type LogRecord = z.infer<typeof LogRecord>;
