import { Button, Drawer, Group, Stack } from '@mantine/core';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { AuditEntry } from '#contract/audit.ts';
import { PayloadChanges } from './PayloadChanges.tsx';

interface EntryDrawerProps {
  entry: AuditEntry | undefined;
  onClose: () => void;
  onFilter: (part: { actorId?: string; subjectId?: string }) => void;
}

export function EntryDrawer({ entry, onClose, onFilter }: EntryDrawerProps) {
  return (
    <Drawer opened={entry !== undefined} onClose={onClose} position="right" size="lg" title="Audit entry">
      {entry && <Entry entry={entry} onFilter={onFilter} />}
    </Drawer>
  );
}

function Entry({ entry, onFilter }: { entry: AuditEntry; onFilter: EntryDrawerProps['onFilter'] }) {
  const { actor, subject } = entry;
  return (
    <Stack gap="md">
      <p>{entry.sentence}</p>
      <Facts
        items={[
          ['When', <RelativeTime key="when" at={entry.at} />],
          ['By', actor.kind === 'member' ? actor.label : `${actor.label} (${actor.kind})`],
          ['About', subject && `${subject.label} (${subject.kind})`],
          ['From', entry.ip && <code key="ip">{entry.ip}</code>],
          ['Event', <code key="event">{entry.event}</code>],
        ]}
      />
      <PayloadChanges payload={entry.payload} />
      <Group gap={8}>
        {actor.id !== null && (
          <Button variant="default" onClick={() => actor.id !== null && onFilter({ actorId: actor.id })}>
            Everything by {shortName(actor.label)}
          </Button>
        )}
        {subject && (
          <Button variant="default" onClick={() => onFilter({ subjectId: subject.id })}>
            Everything about {subject.label.startsWith('Mozilla/') ? 'this session' : shortName(subject.label)}
          </Button>
        )}
      </Group>
      <CopyField label="Entry" value={entry.id} />
    </Stack>
  );
}
