import { Button, Drawer, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { formatCount, formatDuration, formatUsd } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { ActivityItem } from '#contract/activity-list.ts';
import { surfaceName } from '#contract/surface-names.ts';
import { DecisionBadge } from './DecisionBadge.tsx';
import { kindNames, nameOfDetail, sourceNames, sourceSentences } from './event-words.ts';

interface EventDrawerProps {
  id: string | undefined;
  /** The row, where the list has it; what Reeve did has nothing more to load. */
  listed: ActivityItem | undefined;
  onClose: () => void;
}

/** Everything about one event, beside the list. */
export function EventDrawer({ id, listed, onClose }: EventDrawerProps) {
  const title = listed ? kindNames[listed.kind] : 'Event';
  return (
    <Drawer opened={id !== undefined} onClose={onClose} position="right" size="lg" title={title}>
      {id !== undefined && (listed?.source === 'reeve' ? <Event item={listed} /> : <LoadedEvent id={id} />)}
    </Drawer>
  );
}

function LoadedEvent({ id }: { id: string }) {
  const event = useQuery(api.activity.event.queryOptions({ input: { id } }));
  return (
    <Loaded query={event} what="This event could not be loaded">
      {({ content, whyNoContent, ...item }) => (
        <Stack gap="md">
          <Event item={item} />
          {Object.entries(content ?? {}).map(([name, text = '']) => (
            <CommandBlock key={name} label={nameOfDetail(name)} text={text} />
          ))}
          {whyNoContent === 'not-kept' && mayHaveContent.has(item.kind) && (
            <p>
              Nothing of what was said is kept of it. <TextLink to={paths.settings}>Settings and permissions</TextLink>
            </p>
          )}
          {whyNoContent === 'not-permitted' && mayHaveContent.has(item.kind) && (
            <p>What was said is only shown to those who may read compliance logs.</p>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

const mayHaveContent: ReadonlySet<ActivityItem['kind']> = new Set([
  'prompt.sent',
  'response.received',
  'tool.suggested',
  'tool.completed',
]);

const mono = (value: string | null) => value && <code>{value}</code>;

function Event({ item }: { item: ActivityItem }) {
  const { rule, threadId } = item;
  return (
    <Stack gap="md">
      <p>{item.sentence}</p>
      {rule && (
        <Notice tone="bad" title={item.policyName ?? 'Stopped by a rule of the policy'}>
          <p>
            Rule {rule} decided.{' '}
            <TextLink to={paths.explanation} params={{ code: rule }}>
              Which rule it is, and whom to ask
            </TextLink>
          </p>
        </Notice>
      )}
      <EventFacts item={item} />
      <Group gap={8}>
        {threadId && (
          <Button variant="default" renderRoot={(props) => <Link to={paths.thread} params={{ threadId }} {...props} />}>
            Everything in this thread
          </Button>
        )}
      </Group>
      <CopyField label="Event" value={item.id} />
    </Stack>
  );
}

const detailText = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'number' ? formatCount(value) : String(value);

function EventFacts({ item }: { item: ActivityItem }) {
  const { member, client, surface, detail } = item;
  const id = member?.id;
  return (
    <Facts
      items={[
        ['Outcome', (item.outcome || item.decision) && <DecisionBadge key="outcome" item={item} />],
        ['Reason', mono(item.code)],
        [
          'Member',
          member &&
            (id ? (
              <TextLink key="member" to={paths.member} params={{ id }}>
                {member.label}
              </TextLink>
            ) : (
              member.label
            )),
        ],
        ['When', <RelativeTime key="at" at={item.at} />],
        ['By its own clock', item.reportedAt && <RelativeTime key="reported" at={item.reportedAt} />],
        ['Source', `${sourceNames[item.source]}. ${sourceSentences[item.source]}`],
        ['Surface', surface && surfaceName(surface)],
        ['Client', client && `${client} ${item.clientVersion ?? ''}`],
        ['Model', mono(item.model)],
        ['Tool', mono(item.tool)],
        ['Took', item.durationMs === null ? null : formatDuration(item.durationMs)],
        ['Input tokens', item.inputTokens === null ? null : formatCount(item.inputTokens)],
        ['Output tokens', item.outputTokens === null ? null : formatCount(item.outputTokens)],
        ['Cost', item.costUsd === null ? null : formatUsd(item.costUsd)],
        ['Policy', item.policyName],
        ['Thread', mono(item.threadId)],
        ['Turn', mono(item.turnId)],
        ['Call', mono(item.callId)],
        ...Object.entries(detail).map(([key, value]): [string, string] => [nameOfDetail(key), detailText(value)]),
      ]}
    />
  );
}
