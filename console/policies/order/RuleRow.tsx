import { useSortable } from '@dnd-kit/sortable';
import { ActionIcon, Group, Menu } from '@mantine/core';
import { ArrowDown, ArrowUp, EllipsisVertical, GripVertical } from 'lucide-react';
import { memo } from 'react';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import classes from './Order.module.css';
import type { NamedRule } from './order-draft.ts';

interface RuleRowProps {
  rule: NamedRule;
  /** Counted from 0. */
  position: number;
  isLast: boolean;
  policyName: string;
  isReadOnly: boolean;
  mayDrag: boolean;
  onMove: (position: number, control?: 'up' | 'down') => void;
  onChange: () => void;
  onRemove: () => void;
}

export function RuleRow(props: RuleRowProps) {
  const { rule, position, isLast, policyName, isReadOnly, mayDrag, onMove, onChange, onRemove } = props;
  const { groupId, groupName, memberCount } = rule;
  const drag = useSortable({ id: groupId, disabled: !mayDrag });
  const { transform, transition } = drag;
  return (
    <li
      ref={drag.setNodeRef}
      className={classes.rule}
      data-rule={groupId}
      data-dragged={drag.isDragging || undefined}
      style={{ transform: transform ? `translate3d(0, ${Math.round(transform.y)}px, 0)` : undefined, transition }}
    >
      {mayDrag && (
        <button
          type="button"
          ref={drag.setActivatorNodeRef}
          className={classes.handle}
          {...drag.attributes}
          {...drag.listeners}
          aria-label={`Drag ${groupName}`}
          aria-roledescription="sortable"
        >
          <GripVertical size={16} aria-hidden />
        </button>
      )}
      <span className={classes.number}>{formatCount(position + 1)}</span>
      <RuleText groupId={groupId} groupName={groupName} policyId={rule.policyId} policyName={policyName} />
      <span className={classes.count}>{memberCount === null ? 'not saved' : countOf(memberCount, 'member')}</span>
      {!isReadOnly && (
        <Group gap={4} wrap="nowrap" className={classes.buttons}>
          <ActionIcon
            variant="default"
            size="lg"
            data-move="up"
            disabled={position === 0}
            aria-label={`Move ${groupName} up`}
            onClick={() => onMove(position - 1, 'up')}
          >
            <ArrowUp size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size="lg"
            data-move="down"
            disabled={isLast}
            aria-label={`Move ${groupName} down`}
            onClick={() => onMove(position + 1, 'down')}
          >
            <ArrowDown size={16} aria-hidden />
          </ActionIcon>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size="lg" aria-label={`More for ${groupName}`}>
                <EllipsisVertical size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown aria-label={`More for ${groupName}`}>
              <Menu.Item onClick={onChange}>Change policy or position…</Menu.Item>
              <Menu.Item disabled={position === 0} onClick={() => onMove(0)}>
                Move to the top
              </Menu.Item>
              <Menu.Item onClick={onRemove}>Take {groupName} out of the order</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      )}
    </li>
  );
}

interface RuleTextProps {
  groupId: string;
  groupName: string;
  policyId: string;
  policyName: string;
}

// Links look their address up each time they are drawn; while something is dragged every row is.
const RuleText = memo(function RuleText({ groupId, groupName, policyId, policyName }: RuleTextProps) {
  return (
    <span className={classes.text}>
      <TextLink to={paths.group} params={{ id: groupId }} underline="hover" fw={600} inherit>
        {groupName}
      </TextLink>{' '}
      gets{' '}
      <TextLink to={paths.policy} params={{ id: policyId }} underline="hover" inherit>
        {policyName}
      </TextLink>
    </span>
  );
});
