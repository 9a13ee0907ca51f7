import { NumberInput, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { mostRetentionDays, type RetentionKind, retentionFacts } from '#contract/compliance-retention.ts';

interface ChangeRetentionProps {
  rule: { kind: RetentionKind; days: number };
  onClose: () => void;
}

/** Shows what a shorter time takes before it is set. */
export function ChangeRetention({ rule, onClose }: ChangeRetentionProps) {
  const { label, leastDays } = retentionFacts(rule.kind);
  const [days, setDays] = useState<number | string>(rule.days);
  const [asked] = useDebouncedValue(days, 400);
  const isValid = typeof days === 'number' && Number.isInteger(days) && days >= leastDays && days <= mostRetentionDays;
  const preview = useQuery(
    api.compliance.previewRetention.queryOptions({
      input: { kind: rule.kind, days: typeof asked === 'number' ? asked : rule.days },
      enabled: typeof asked === 'number' && asked >= leastDays && asked <= mostRetentionDays,
      placeholderData: keepPreviousData,
    }),
  );
  const save = useMutation(
    api.compliance.setRetention.mutationOptions({
      onSuccess: (saved) => {
        showDone(`${label}: kept for ${countOf(saved.days, 'day')}.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`How long to keep: ${label}`}
      confirmLabel="Save time"
      isDestructive={typeof days === 'number' && days < rule.days}
      isBusy={save.isPending}
      isReady={isValid && asked === days}
      onClose={onClose}
      onConfirm={() => isValid && save.mutate({ kind: rule.kind, days })}
    >
      {save.error && <FailureNotice what="The time was not changed" error={save.error} />}
      <NumberInput
        label="Days"
        description={`From ${leastDays} to ${mostRetentionDays}.`}
        min={leastDays}
        max={mostRetentionDays}
        allowDecimal={false}
        maw={200}
        value={days}
        onChange={setDays}
        error={isValid ? null : `Write a number of days from ${leastDays} to ${mostRetentionDays}.`}
        data-autofocus
      />
      {preview.error && <FailureNotice what="What would go could not be counted" error={preview.error} />}
      {preview.data && isValid && <Goes {...preview.data} />}
    </ConfirmDialog>
  );
}

interface GoesProps {
  goes: number;
  oldestAt: string | null;
  heldPeople: number;
}

function Goes({ goes, oldestAt, heldPeople }: GoesProps) {
  if (goes === 0) return <Text>Nothing is that old yet, so nothing goes at the next purge.</Text>;
  return (
    <Notice tone="warn" title={`${goes >= 100_000 ? 'At least ' : ''}${countOf(goes, 'item')} will go`}>
      <p>
        At the next purge, within a day
        {oldestAt && (
          <>
            ; the oldest is from <RelativeTime at={oldestAt} />
          </>
        )}
        . This cannot be undone.
        {heldPeople > 0 && ` What belongs to ${countOf(heldPeople, 'person', 'people')} on legal hold stays.`}
      </p>
    </Notice>
  );
}
