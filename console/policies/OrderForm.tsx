import { ActionIcon, Button, Group, Select, Text } from '@mantine/core';
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import { useCan } from '#console/session.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Group as PeopleGroup } from '#contract/directory.ts';
import type { Assignment, PolicySummary } from '#contract/policies.ts';
import { AddRule } from './AddRule.tsx';
import { ConfirmOrder } from './ConfirmOrder.tsx';
import { isSameOrder, moveRule, type Rule } from './order-draft.ts';
import classes from './Policies.module.css';

interface OrderFormProps {
  saved: { items: z.infer<typeof Assignment>[]; fallbackPolicyId: string | null; version: number };
  policies: PolicySummary[];
  groups: PeopleGroup[];
}

export function OrderForm({ saved, policies, groups }: OrderFormProps) {
  const mayWrite = useCan('policies.write');
  const [rules, setRules] = useState<Rule[]>(() => saved.items.map(({ groupId, policyId }) => ({ groupId, policyId })));
  const [fallbackPolicyId, setFallback] = useState(saved.fallbackPolicyId);
  const [isConfirming, setConfirming] = useState(false);
  const isChanged = fallbackPolicyId !== saved.fallbackPolicyId || !isSameOrder(rules, saved.items);
  const groupName = (id: string) =>
    groups.find((group) => group.id === id)?.name ??
    saved.items.find(({ groupId }) => groupId === id)?.groupName ??
    'a deleted group';
  const options = policies.map(({ id, name }) => ({ value: id, label: name }));
  const replace = (index: number, policyId: string) =>
    setRules(rules.map((rule, at) => (at === index ? { ...rule, policyId } : rule)));
  return (
    <>
      <Section title="Order">
        {rules.length === 0 && <EmptyState>No group has a policy of its own: everybody gets the fallback.</EmptyState>}
        <ol className={classes.ordered}>
          {rules.map((rule, index) => (
            <li key={rule.groupId} className={classes.rule}>
              <span className={classes.number}>{index + 1}</span>
              <span className={classes.ruleText}>{groupName(rule.groupId)}</span>
              <Select
                aria-label={`Policy of ${groupName(rule.groupId)}`}
                allowDeselect={false}
                readOnly={!mayWrite}
                value={rule.policyId}
                data={options}
                onChange={(id) => id && replace(index, id)}
              />
              {mayWrite && (
                <Group gap={4} wrap="nowrap">
                  <ActionIcon
                    variant="default"
                    size="lg"
                    disabled={index === 0}
                    aria-label={`Move ${groupName(rule.groupId)} up`}
                    onClick={() => setRules(moveRule(rules, index, -1))}
                  >
                    <ArrowUp size={16} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="default"
                    size="lg"
                    disabled={index === rules.length - 1}
                    aria-label={`Move ${groupName(rule.groupId)} down`}
                    onClick={() => setRules(moveRule(rules, index, 1))}
                  >
                    <ArrowDown size={16} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="default"
                    size="lg"
                    aria-label={`Take ${groupName(rule.groupId)} out of the order`}
                    onClick={() => setRules(rules.filter((_, at) => at !== index))}
                  >
                    <X size={16} aria-hidden />
                  </ActionIcon>
                </Group>
              )}
            </li>
          ))}
        </ol>
        {mayWrite && (
          <AddRule
            groups={groups.filter(({ id }) => !rules.some(({ groupId }) => groupId === id))}
            policies={policies}
            onAdd={(rule) => setRules([...rules, rule])}
          />
        )}
      </Section>
      <Section title="Fallback">
        <Select
          label="Everyone else gets"
          description="Without one, members in none of the groups above get no policy."
          placeholder="No policy"
          maw={420}
          clearable
          clearButtonProps={{ 'aria-label': 'No fallback' }}
          readOnly={!mayWrite}
          value={fallbackPolicyId}
          data={options}
          onChange={setFallback}
        />
      </Section>
      {mayWrite && (
        <Group gap={8} mt="xl">
          <Button disabled={!isChanged} onClick={() => setConfirming(true)}>
            Preview and save
          </Button>
          {isChanged && <Text c="dimmed">Not saved yet.</Text>}
        </Group>
      )}
      {isConfirming && (
        <ConfirmOrder
          items={rules}
          fallbackPolicyId={fallbackPolicyId}
          expectedVersion={saved.version}
          onClose={() => setConfirming(false)}
        />
      )}
    </>
  );
}
