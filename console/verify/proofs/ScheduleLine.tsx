import { Button, Checkbox, Radio, Select, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { useNow } from '#console/ui/use-now.ts';
import { type ProofClient, ProofSchedule } from '#contract/proofs.ts';
import classes from './Proofs.module.css';
import { hourLabel, localHour, saySchedule, weekdays } from './schedule-words.ts';

interface ScheduleLineProps {
  schedule: ProofSchedule;
  clients: ProofClient[];
  mayChange: boolean;
}

/** When proofs run by themselves. */
export function ScheduleLine({ schedule, clients, mayChange }: ScheduleLineProps) {
  const now = useNow(60_000);
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={classes.footRow}>
      <p className={classes.quiet}>{saySchedule(schedule, now)}</p>
      {mayChange && (
        <Button variant="default" onClick={() => setOpen(true)}>
          Change schedule
        </Button>
      )}
      {isOpen && <ScheduleDialog saved={schedule} clients={clients} now={now} onClose={() => setOpen(false)} />}
    </div>
  );
}

interface ScheduleDialogProps {
  saved: ProofSchedule;
  clients: ProofClient[];
  now: Date;
  onClose: () => void;
}

const hours = Array.from({ length: 24 }, (_, hour) => hour);

function ScheduleDialog({ saved, clients, now, onClose }: ScheduleDialogProps) {
  const [schedule, setSchedule] = useState(saved);
  const [isAll, setAll] = useState(saved.clientVersions.length === 0);
  const change = (part: Partial<ProofSchedule>) => setSchedule((old) => ({ ...old, ...part }));
  const wanted = { ...schedule, clientVersions: isAll ? [] : schedule.clientVersions };
  const isOn = schedule.every !== 'off';
  const save = useMutation(
    api.proofs.setSchedule.mutationOptions({
      onSuccess: (done) => {
        showDone(saySchedule(done.schedule, now));
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="When proofs run by themselves"
      confirmLabel="Save schedule"
      isBusy={save.isPending}
      isReady={isAll || !isOn || schedule.clientVersions.length > 0}
      onClose={onClose}
      onConfirm={() => save.mutate(wanted)}
    >
      {save.error && <FailureNotice what="The schedule was not changed" error={save.error} />}
      <Radio.Group
        label="Prove everything that is published"
        value={schedule.every}
        onChange={(every) => change({ every: ProofSchedule.shape.every.parse(every) })}
      >
        <Stack gap={8} mt={4}>
          <Radio value="off" label="Only when somebody starts it" />
          <Radio value="day" label="Every day" />
          <Radio value="week" label="Every week" />
        </Stack>
      </Radio.Group>
      {schedule.every === 'week' && (
        <Select
          label="On (UTC)"
          allowDeselect={false}
          data={weekdays.map((label, index) => ({ value: String(index + 1), label }))}
          value={String(schedule.weekday)}
          onChange={(day) => change({ weekday: Number(day) })}
        />
      )}
      {isOn && (
        <Select
          label="At"
          description="Best when few people work on this server."
          allowDeselect={false}
          maxDropdownHeight={240}
          data={hours.map((hour) => ({
            value: String(hour),
            label: `${hourLabel(hour)} UTC (${localHour(hour, now)} here)`,
          }))}
          value={String(schedule.hourUtc)}
          onChange={(hour) => change({ hourUtc: Number(hour) })}
        />
      )}
      {isOn && (
        <Radio.Group label="With" value={isAll ? 'all' : 'some'} onChange={(value) => setAll(value === 'all')}>
          <Stack gap={8} mt={4}>
            <Radio value="all" label="Every client that is installed then" />
            <Radio value="some" label="Only these" />
          </Stack>
        </Radio.Group>
      )}
      {isOn && !isAll && (
        <Checkbox.Group
          aria-label="Clients"
          value={schedule.clientVersions}
          onChange={(clientVersions) => change({ clientVersions })}
        >
          <Stack gap={8}>
            {clients.map(({ version, state }) => (
              <Checkbox
                key={version}
                value={version}
                label={version}
                {...(state !== 'installed' && { description: 'Not installed yet; left out until it is.' })}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </ConfirmDialog>
  );
}
