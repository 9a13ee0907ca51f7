import { z } from 'zod';

/** JSON text in our database cannot hold U+0000, and nothing here is worth more than a line. */
export const line = (text: string | null | undefined, maxLength = 200): string | null => {
  const clean = text?.replaceAll('\u0000', '').slice(0, maxLength);
  return clean ? clean : null;
};

/** The part of a Responses request that decides anything here; the rest goes through unread. */
export const CallBody = z.looseObject({ model: z.string().min(1).max(200), stream: z.boolean().nullish() });

/** `x-codex-turn-metadata`, as the client reports itself. */
export const TurnMetadata = z.object({
  thread_id: z.string().optional().catch(undefined),
  turn_id: z.string().optional().catch(undefined),
  session_id: z.string().optional().catch(undefined),
  sandbox_mode: z.string().optional().catch(undefined),
  request_kind: z.string().optional().catch(undefined),
  thread_source: z.string().optional().catch(undefined),
});

const Tokens = z.int().min(0).max(2_147_483_647);
const Usage = z.object({
  input_tokens: Tokens,
  input_tokens_details: z.object({ cached_tokens: Tokens.nullish() }).nullish(),
  output_tokens: Tokens,
  output_tokens_details: z.object({ reasoning_tokens: Tokens.nullish() }).nullish(),
});
export type Usage = z.infer<typeof Usage>;

const UpstreamError = z.object({ code: z.string().nullish(), message: z.string().nullish() });

/** An item of the answer: a message with text, a call of a tool, or something else. */
export const AnswerItem = z.looseObject({
  type: z.string(),
  content: z.array(z.looseObject({ text: z.string().optional() })).nullish(),
  call_id: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  arguments: z.string().nullish(),
  input: z.string().nullish(),
});
export type AnswerItem = z.infer<typeof AnswerItem>;
export const DoneItem = z.object({ item: AnswerItem });

/** A Responses object, at the end of a stream or as the whole answer of a call without one. */
export const FinalResponse = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  usage: Usage.nullish().catch(null),
  error: UpstreamError.nullish().catch(null),
  output: z.array(AnswerItem).nullish().catch(null),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish().catch(null),
});
export type FinalResponse = z.infer<typeof FinalResponse>;

export const FinalEvent = z.object({ response: FinalResponse });
export const ErrorEvent = UpstreamError;

/** The error bodies that upstreams send: `{error:{message}}` mostly, `{detail}` or `{message}` by some. */
export const ErrorBody = z.object({
  error: z.union([z.string(), z.looseObject({ message: z.string().optional() })]).optional(),
  detail: z.string().optional(),
  message: z.string().optional(),
});
