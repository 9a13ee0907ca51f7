import type { IncomingMessage } from 'node:http';
import { Branch } from '#contract/tasks.ts';
import { ReeveError } from '#server/fail.ts';
import { refuseUnstorableText } from '#server/http/api-errors.ts';
import { receiveBody } from '#server/http/receive-body.ts';
import type { Services } from '#server/services.ts';
import { createTask } from '../tasks/create-task.ts';
import type { TaskMember } from '../tasks/task-member.ts';
import { CreateBody, readItems } from './wire.ts';

/** As `POST /api/v1/tasks` takes it. */
const maxBytes = 16 * 1024 * 1024;
const longestPrompt = 100_000;

const wrong = (message: string): ReeveError => new ReeveError('bad-input', {}, { message });

function parse(body: Buffer): CreateBody {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw wrong('The body is not valid JSON.');
  }
  refuseUnstorableText(value);
  const parsed = CreateBody.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(`${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'is not what codex cloud sends.'}`);
}

/** Left out where the client was started in no repository. */
function branchOf({ new_task: { branch } }: CreateBody): string | undefined {
  if (branch === undefined || branch.trim() === '') return undefined;
  const parsed = Branch.safeParse(branch);
  if (!parsed.success) throw wrong(`“${branch}” is no name of a branch.`);
  return parsed.data;
}

/** `POST …/tasks`, of `codex cloud exec`. @throws ReeveError bad-input, body-too-large, and what createTask throws */
export async function createFromClient(
  services: Services,
  by: TaskMember,
  incoming: IncomingMessage,
): Promise<{ task: { id: string } }> {
  const body = parse(
    await receiveBody(incoming, {
      maxBytes,
      encodings: [],
      tooLarge: () => new ReeveError('body-too-large', { maxBytes }),
      unknownEncoding: () => new ReeveError('media-type-not-supported'),
    }),
  );
  const { prompt, startingDiff } = readItems(body.input_items);
  if (prompt === '' || prompt.length > longestPrompt)
    throw wrong(`A prompt has 1 to ${longestPrompt} characters; this one has ${prompt.length}.`);
  const id = await createTask(services, by, {
    environmentId: body.new_task.environment_id,
    branch: branchOf(body),
    mode: body.new_task.run_environment_in_qa_mode ? 'ask' : 'code',
    prompt,
    attempts: body.metadata?.best_of_n ?? 1,
    startingDiff,
    source: 'cli',
  });
  return { task: { id } };
}
