import { Button, Group, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import type { PolicySummary } from '#contract/policies.ts';
import { usePolicyLock } from '../use-policy-lock.ts';
import { AddRule } from './AddRule.tsx';
import { BaselineChoice } from './BaselineChoice.tsx';
import { ConfirmOrder } from './ConfirmOrder.tsx';
import { FallbackChoice } from './FallbackChoice.tsx';
import classes from './Order.module.css';
import { OrderMovedOn } from './OrderMovedOn.tsx';
import { orderChanges } from './order-changes.ts';
import type { OrderDraft } from './order-draft.ts';
import { policyOptions } from './policy-options.ts';
import { RuleList } from './RuleList.tsx';
import { UnsavedGuard } from './UnsavedGuard.tsx';
import { useOrderDraft } from './use-order-draft.ts';

interface OrderFormProps {
  saved: OrderDraft;
  policies: PolicySummary[];
}

export function OrderForm({ saved, policies }: OrderFormProps) {
  const { publishing: whyLocked } = usePolicyLock();
  const isReadOnly = whyLocked !== null;
  const { draft, isChanged, isBehind, change, rebase, discard } = useOrderDraft(saved);
  const [isConfirming, setConfirming] = useState(false);
  const [isAdding, setAdding] = useState(false);
  const [discards, setDiscards] = useState(0);
  const startOver = () => {
    discard();
    setDiscards(discards + 1);
  };
  const options = useMemo(() => policyOptions(policies), [policies]);
  const nameOf = useMemo(() => {
    const names = new Map(policies.map(({ id, name }) => [id, name]));
    return (id: string | null) => (id === null ? 'none' : (names.get(id) ?? 'a deleted policy'));
  }, [policies]);
  const changes = useMemo(
    () => (isChanged ? orderChanges(saved, draft, nameOf) : []),
    [isChanged, saved, draft, nameOf],
  );
  return (
    <>
      {isBehind && <OrderMovedOn changes={changes} onDiscard={startOver} onKeep={rebase} />}
      <Section
        title="Order"
        action={
          !isReadOnly && (
            <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
              Add a group
            </Button>
          )
        }
        description={
          draft.items.length > 0 &&
          `${countOf(draft.items.length, 'group has', 'groups have')} a policy of ${draft.items.length === 1 ? 'its' : 'their'} own.`
        }
      >
        {draft.items.length === 0 ? (
          <EmptyState>No group has a policy of its own: everybody gets the fallback.</EmptyState>
        ) : (
          <RuleList
            rules={draft.items}
            options={options}
            nameOf={nameOf}
            isReadOnly={isReadOnly}
            onRules={(items) => change({ items })}
          />
        )}
      </Section>
      <FallbackChoice
        options={options}
        isReadOnly={isReadOnly}
        value={draft.fallbackPolicyId}
        onChange={(fallbackPolicyId) => change({ fallbackPolicyId })}
      />
      <BaselineChoice
        key={discards}
        options={options}
        isReadOnly={isReadOnly}
        value={draft.baselinePolicyId}
        onChange={(baselinePolicyId) => change({ baselinePolicyId })}
      />
      {whyLocked !== null && (
        <Text c="dimmed" mt="xl">
          {whyLocked}
        </Text>
      )}
      {!isReadOnly && (
        <div className={classes.bar} data-changed={isChanged || undefined}>
          <Text c={isChanged ? 'var(--text)' : 'dimmed'} role="status">
            {isChanged ? `${countOf(changes.length, 'change')}, not saved yet` : 'Nothing changed'}
          </Text>
          <Group gap={8}>
            <Button variant="default" disabled={!isChanged} onClick={startOver}>
              Discard changes
            </Button>
            <Button disabled={!isChanged || isBehind} onClick={() => setConfirming(true)}>
              Review and save
            </Button>
          </Group>
        </div>
      )}
      <UnsavedGuard isActive={isChanged} />
      {isAdding && (
        <AddRule
          rules={draft.items}
          options={options}
          onRules={(items) => change({ items })}
          onClose={() => setAdding(false)}
        />
      )}
      {isConfirming && (
        <ConfirmOrder order={draft} changes={changes} onSaved={discard} onClose={() => setConfirming(false)} />
      )}
    </>
  );
}
