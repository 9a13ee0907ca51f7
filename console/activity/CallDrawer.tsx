import { Drawer, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { formatCount, formatDuration, formatUsd } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { ModelCall } from '#contract/models.ts';
import { OutcomeBadge } from './OutcomeBadge.tsx';

const credentials: Record<ModelCall['credential'], string> = {
  'codex-sign-in': 'Codex sign-in',
  'personal-access-token': 'Personal access token',
  'api-key': 'API key',
  'hosted-task': 'Hosted task',
  none: 'none',
};

const count = (tokens: number | null) => (tokens === null ? null : formatCount(tokens));
const mono = (value: string | null) => value && <code>{value}</code>;

interface CallDrawerProps {
  id: string | undefined;
  onClose: () => void;
}

/** Everything about one call, beside the list. */
export function CallDrawer({ id, onClose }: CallDrawerProps) {
  return (
    <Drawer opened={id !== undefined} onClose={onClose} position="right" size="lg" title="Model call">
      {id !== undefined && <Call id={id} />}
    </Drawer>
  );
}

function Call({ id }: { id: string }) {
  const call = useQuery(
    api.activity.get.queryOptions({
      input: { id },
      refetchInterval: (query) => (query.state.data?.outcome === 'running' ? 2000 : false),
    }),
  );
  return (
    <Loaded query={call} what="This call could not be loaded">
      {({ content, whyNoContent, ...found }) => (
        <Stack gap="md">
          {found.message && (
            <Notice
              tone={found.outcome === 'refused' ? 'bad' : 'warn'}
              title={found.outcome === 'refused' ? 'Refused' : 'Why it ended'}
            >
              <p>{found.message}</p>
            </Notice>
          )}
          <CallFacts call={found} />
          {content?.prompt && <CommandBlock label="Prompt" text={content.prompt} />}
          {content?.answer && <CommandBlock label="Answer" text={content.answer} />}
          {content?.tools.map(({ name, arguments: text }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the order of an answer never changes
            <CommandBlock key={index} label={`Asked for ${name}`} text={text} />
          ))}
          {whyNoContent === 'not-kept' && (
            <p>
              Nothing of what was said is kept of this call.{' '}
              <TextLink to={paths.settings}>Settings and permissions</TextLink>
            </p>
          )}
          {whyNoContent === 'not-permitted' && (
            <p>What was said is only shown to those who may read compliance logs.</p>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

function CallFacts({ call }: { call: ModelCall }) {
  const { member, client, clientVersion } = call;
  return (
    <Facts
      items={[
        ['Outcome', <OutcomeBadge key="outcome" outcome={call.outcome} />],
        ['Reason', mono(call.refusalCode)],
        [
          'Member',
          member && (
            <span key="member">
              <TextLink to={paths.member} params={{ id: member.id }}>
                {member.name}
              </TextLink>{' '}
              {member.email}
            </span>
          ),
        ],
        ['Started', <RelativeTime key="started" at={call.startedAt} />],
        ['Took', call.durationMs === null ? null : formatDuration(call.durationMs)],
        ['First token after', call.timeToFirstTokenMs === null ? null : formatDuration(call.timeToFirstTokenMs)],
        ['Model', mono(call.model)],
        ['Input tokens', count(call.inputTokens)],
        ['of these cached', count(call.cachedInputTokens)],
        ['Output tokens', count(call.outputTokens)],
        ['of these reasoning', count(call.reasoningTokens)],
        ['Cost', call.costUsd === null ? 'unknown: no usage, or the model has no price' : formatUsd(call.costUsd)],
        ['Client', client && `${client} ${clientVersion ?? ''}`],
        ['Credential', credentials[call.credential]],
        ['Policy', call.policyName ?? 'none'],
        ['Sandbox', mono(call.sandboxMode)],
        ['Thread', mono(call.threadId)],
        ['Turn', mono(call.turnId)],
        ['From', mono(call.ip)],
      ]}
    />
  );
}
