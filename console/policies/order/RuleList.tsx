import { closestCenter, DndContext, type DragEndEvent } from '@dnd-kit/core';
import { SortableContext, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Text, VisuallyHidden } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { NumberedPager } from '#console/ui/NumberedPager.tsx';
import { pagePart } from '#console/ui/page-part.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { ChangeRule } from './ChangeRule.tsx';
import { dragWords, keepVertical, useDragSensors } from './dragging.ts';
import classes from './Order.module.css';
import { moveTo, type NamedRule } from './order-draft.ts';
import type { PolicyOption } from './policy-options.ts';
import { RuleRow } from './RuleRow.tsx';
import { useMovedFocus } from './use-moved-focus.ts';

/** Few enough to drag among, many enough to see what surrounds a rule. */
const rowsOnPage = 100;
/** Up to here one sees all of them at once. */
const fewRules = 8;

interface RuleListProps {
  rules: NamedRule[];
  options: PolicyOption[];
  nameOf: (policyId: string | null) => string;
  isReadOnly: boolean;
  onRules: (rules: NamedRule[]) => void;
}

/** The order, read from the top. A page of it is here at once; moving goes beyond it by buttons and by number. */
export function RuleList({ rules, options, nameOf, isReadOnly, onRules }: RuleListProps) {
  const { search = '', page = 1 } = useSearch({ from: '/shell/policies/order' });
  const navigate = useNavigate({ from: '/policies/order' });
  const [changing, setChanging] = useState<string | null>(null);
  const { said, announce, focusAfterMove } = useMovedFocus();
  const placed = useMemo(() => rules.map((rule, position) => ({ rule, position })), [rules]);
  const wanted = search.toLowerCase();
  const found = useMemo(
    () =>
      wanted === ''
        ? placed
        : placed.filter(({ rule }) => `${rule.groupName}\n${nameOf(rule.policyId)}`.toLowerCase().includes(wanted)),
    [placed, wanted, nameOf],
  );
  const part = pagePart(found, { page, size: rowsOnPage });
  const mayDrag = !isReadOnly && wanted === '';
  const sensors = useDragSensors();
  const goTo = (next: number) =>
    void navigate({ search: (old) => ({ ...old, page: next === 1 ? undefined : next }), resetScroll: false });

  const move = (groupId: string, position: number, control?: 'up' | 'down') => {
    const next = moveTo(rules, groupId, position);
    const now = next.findIndex((rule) => rule.groupId === groupId);
    onRules(next);
    announce(`${next[now]?.groupName} is at position ${now + 1} of ${next.length}.`);
    if (wanted === '') goTo(Math.floor(now / rowsOnPage) + 1);
    focusAfterMove(groupId, control);
  };
  const drop = ({ active, over }: DragEndEvent) => {
    const target = over && rules.findIndex(({ groupId }) => groupId === over.id);
    if (target !== null && target >= 0 && over?.id !== active.id) onRules(moveTo(rules, String(active.id), target));
  };
  const changed = changing === null ? undefined : placed.find(({ rule }) => rule.groupId === changing);
  return (
    <>
      {(rules.length > fewRules || wanted !== '') && (
        <div className={classes.tools}>
          <SearchBox
            label="Search the order"
            value={search}
            onSearch={(text) => void navigate({ search: { search: text || undefined }, replace: true })}
          />
          {!isReadOnly && wanted !== '' && (
            <Text size="sm" c="dimmed">
              Clear the search to drag; the buttons move a group among all {rules.length}.
            </Text>
          )}
        </div>
      )}
      {found.length === 0 && <EmptyState>No group or policy of that name is in the order.</EmptyState>}
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        modifiers={[keepVertical]}
        accessibility={dragWords(rules)}
        onDragEnd={drop}
      >
        <SortableContext items={part.items.map(({ rule }) => rule.groupId)} strategy={verticalListSortingStrategy}>
          <ol className={classes.rules} aria-label="Order" start={part.from}>
            {part.items.map(({ rule, position }) => (
              <RuleRow
                key={rule.groupId}
                rule={rule}
                position={position}
                isLast={position === rules.length - 1}
                policyName={nameOf(rule.policyId)}
                isReadOnly={isReadOnly}
                mayDrag={mayDrag}
                onMove={(target, control) => move(rule.groupId, target, control)}
                onChange={() => setChanging(rule.groupId)}
                onRemove={() => {
                  onRules(rules.filter((one) => one !== rule));
                  announce(`${rule.groupName} is out of the order.`);
                }}
              />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <NumberedPager label="Pages of the order" part={part} onPage={goTo} />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      {changed && (
        <ChangeRule
          rule={changed.rule}
          position={changed.position}
          total={rules.length}
          options={options}
          onClose={() => setChanging(null)}
          onChange={({ policyId, position }) => {
            setChanging(null);
            const replaced = rules.map((rule) => (rule === changed.rule ? { ...rule, policyId } : rule));
            onRules(moveTo(replaced, changed.rule.groupId, position));
            announce(`${changed.rule.groupName} is at position ${position + 1} of ${rules.length}.`);
            if (wanted === '') goTo(Math.floor(position / rowsOnPage) + 1);
            focusAfterMove(changed.rule.groupId);
          }}
        />
      )}
    </>
  );
}
