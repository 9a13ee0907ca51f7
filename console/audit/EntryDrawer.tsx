import { Button, Drawer, Group, Stack } from '@mantine/core';
import { FileCheck } from 'lucide-react';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
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
      {entry.erasures.length > 0 && (
        <Notice tone="info" title="Personal values were erased">
          <p>
            By order, recorded in the entry <code>{entry.erasures[0]?.order}</code>. Its proof stays valid.
          </p>
        </Notice>
      )}
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
      <Place entry={entry} />
    </Stack>
  );
}

/** Where it stands in the chain, and how somebody else can be shown that it does. */
function Place({ entry: { id, link, isEarlier } }: { entry: AuditEntry }) {
  if (link === null)
    return (
      <Notice tone="info" title="Not yet sealed">
        <p>It is from before there was a chain, and is taken into it in the background.</p>
      </Notice>
    );
  return (
    <>
      <CopyField label={`Number ${link.seq} of the log; hash of its link (SHA-256)`} value={link.hash} />
      {isEarlier && (
        <Notice tone="info" title="From before the chain">
          <p>It proves itself only from the day on which it was taken into the chain.</p>
        </Notice>
      )}
      <Button
        variant="default"
        w="fit-content"
        component="a"
        href={`/api/v1/audit/entries/${id}/proof`}
        download={`proof-${id}.json`}
        leftSection={<FileCheck size={16} aria-hidden />}
      >
        Download a proof of this entry
      </Button>
    </>
  );
}
