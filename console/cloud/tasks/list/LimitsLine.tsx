import { Text } from '@mantine/core';
import { countOf } from '#console/ui/figures.ts';

export interface TaskLimits {
  running: number;
  queued: number;
  runningPerMember: number;
  queuedPerMember: number;
  groups: { name: string; running: number; runningAtOnce: number }[];
}

/** How much of what one may run at once is in use. */
export function sayLimits({ running, queued, runningPerMember, groups }: TaskLimits): string {
  const runs = `${running} of the ${countOf(runningPerMember, 'attempt')} you may run at once ${running === 1 ? 'is' : 'are'} running`;
  const own = queued === 0 ? `${runs}.` : `${runs}; ${queued} ${queued === 1 ? 'waits' : 'wait'}.`;
  const shared = groups.map((group) => ` ${group.running} of ${group.runningAtOnce} in the group ${group.name}.`);
  return own + shared.join('');
}

export const LimitsLine = ({ limits }: { limits: TaskLimits }) => (
  <Text size="sm" c="dimmed" ff="text">
    {sayLimits(limits)}
  </Text>
);
