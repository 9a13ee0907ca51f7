import { Button, Checkbox, Group, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useCan } from '#console/session.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { daysOf } from '#console/ui/range/day-range.ts';
import { RangePicker } from '#console/ui/range/RangePicker.tsx';
import { surfaceName } from '#contract/surface-names.ts';
import { useAnalyticsSearch } from './analytics-search.ts';

interface ExportDialogProps {
  today: string;
  onClose: () => void;
}

type What = 'workspace' | 'members';

/** A file of what was used. The server writes it row by row, so the browser saves it itself. */
export function ExportDialog({ today, onClose }: ExportDialogProps) {
  const { search } = useAnalyticsSearch();
  const [time, setTime] = useState({ range: search.range, from: search.from, to: search.to });
  const [what, setWhat] = useState<What>('workspace');
  const [hasEmails, setHasEmails] = useState(false);
  const [format, setFormat] = useState<'csv' | 'json'>('csv');
  const { surface, groupId } = search;
  const asked = new URLSearchParams({
    ...daysOf(time, today),
    what,
    format,
    emails: String(what === 'members' && hasEmails),
    ...(surface && { surface }),
    ...(groupId && { groupId }),
  });
  return (
    <Dialog opened title="Export usage" size="lg" onClose={onClose}>
      <Stack gap="lg">
        <Radio.Group
          label="What"
          value={what}
          onChange={(value) => setWhat(value === 'members' ? 'members' : 'workspace')}
        >
          <Stack gap={12} mt={8}>
            <Radio value="workspace" label="The workspace" description="A row for each day and surface." />
            <Radio value="members" label="Its members" description="A row for each member who was active." />
          </Stack>
        </Radio.Group>
        {what === 'members' && (
          <Checkbox
            label="With names and e-mail addresses"
            description="Left out, members are ids that mean nothing outside this workspace."
            checked={hasEmails}
            onChange={(event) => setHasEmails(event.currentTarget.checked)}
          />
        )}
        <Group gap="lg" align="flex-start">
          <Named label="Time">
            <RangePicker value={time} today={today} onChange={setTime} />
          </Named>
          <Named label="Format">
            <SegmentedControl
              aria-label="Format"
              value={format}
              data={[
                { value: 'csv', label: 'CSV' },
                { value: 'json', label: 'JSON' },
              ]}
              onChange={(value) => setFormat(value === 'json' ? 'json' : 'csv')}
            />
          </Named>
        </Group>
        <Applies />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button component="a" href={`/api/v1/analytics/export?${asked}`} download onClick={() => setTimeout(onClose)}>
            Download
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** The parts say their names to screen readers themselves. */
const Named = ({ label, children }: { label: string; children: ReactNode }) => (
  <div>
    <Text size="sm" fw={600} mb={4} aria-hidden>
      {label}
    </Text>
    {children}
  </div>
);

/** Which of the page's filters the file has. */
function Applies() {
  const { search } = useAnalyticsSearch();
  const mayReadMembers = useCan('members.read');
  const { surface, groupId, memberId, model } = search;
  const kept = [surface && `the surface ${surfaceName(surface)}`, groupId && mayReadMembers && 'the chosen group'];
  const left = [memberId && 'member', model && 'model'].filter(Boolean);
  const only = kept.filter(Boolean).join(' and ');
  return (
    <Text size="sm" c="dimmed">
      Times are in UTC; days are those of the workspace. {only && `Only for ${only}. `}
      {left.length > 0 && `The filter by ${left.join(' and ')} does not apply to exports. `}
      The download is noted in the audit log.
    </Text>
  );
}
