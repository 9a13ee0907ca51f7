import { z } from 'zod';

/** Unix time in seconds, as the client reads it. */
export const seconds = (at: string | Date): number => new Date(at).getTime() / 1000;

const Text = z.object({ content_type: z.literal('text'), text: z.string() });

const InputItem = z.union([
  z.object({
    type: z.literal('message'),
    role: z.string(),
    content: z.array(z.union([Text, z.string(), z.looseObject({ content_type: z.string() })])),
  }),
  z.object({ type: z.literal('pre_apply_patch'), output_diff: z.object({ diff: z.string() }) }),
  // What newer clients may add is none of ours.
  z.looseObject({ type: z.string() }),
]);

/** `POST …/tasks` of `codex cloud exec`. */
export const CreateBody = z.object({
  new_task: z.object({
    environment_id: z.string().min(1).max(100),
    branch: z.string().optional(),
    run_environment_in_qa_mode: z.boolean().nullish(),
  }),
  input_items: z.array(InputItem).min(1).max(100),
  metadata: z.object({ best_of_n: z.number().int().min(1).max(4).nullish() }).nullish(),
});
export type CreateBody = z.infer<typeof CreateBody>;

const wordsOf = (content: string | { text?: unknown }): string => {
  if (typeof content === 'string') return content;
  return typeof content.text === 'string' ? content.text : '';
};

/** What the member wrote, and the diff from which the task begins. */
export function readItems(items: CreateBody['input_items']): { prompt: string; startingDiff: string | undefined } {
  const said: string[] = [];
  let startingDiff: string | undefined;
  for (const item of items) {
    if (item.type === 'message' && 'content' in item && Array.isArray(item.content))
      said.push(...item.content.map((content) => wordsOf(content as string | { text?: unknown })));
    if (item.type === 'pre_apply_patch' && 'output_diff' in item)
      startingDiff = (item.output_diff as { diff: string }).diff;
  }
  return { prompt: said.join('\n').trim(), startingDiff };
}
