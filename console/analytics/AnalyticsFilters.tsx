import { Button, SegmentedControl, Select } from '@mantine/core';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { useCan } from '#console/session.ts';
import { RangePicker } from '#console/ui/range/RangePicker.tsx';
import { codexSurfaces } from '#contract/codex-surfaces.ts';
import { isCodexSurface, surfaceName } from '#contract/surface-names.ts';
import classes from './Analytics.module.css';
import type { Status } from './analytics-data.ts';
import { isFiltered, useAnalyticsSearch } from './analytics-search.ts';
import { MemberFilter } from './MemberFilter.tsx';

interface AnalyticsFiltersProps {
  today: string;
  choices: Status['filters'] | undefined;
}

/** What is chosen stays to be seen, whether it was used in this time or not. */
const withChosen = (options: string[], chosen: string | undefined) =>
  chosen === undefined || options.includes(chosen) ? options : [...options, chosen];

/** Time and filters of the whole page; each is in the address. */
export function AnalyticsFilters({ today, choices }: AnalyticsFiltersProps) {
  const { search, choose } = useAnalyticsSearch();
  const mayReadMembers = useCan('members.read');
  const surfaces = withChosen(choices?.surfaces ?? [], search.surface).filter(isCodexSurface);
  return (
    <div className={classes.filters}>
      <RangePicker value={search} today={today} onChange={choose} />
      <SegmentedControl
        aria-label="Counted by"
        value={search.interval ?? 'day'}
        data={[
          { value: 'day', label: 'Days' },
          { value: 'week', label: 'Weeks' },
        ]}
        onChange={(interval) => choose({ interval: interval === 'week' ? 'week' : undefined })}
      />
      <Select
        aria-label="Surface"
        placeholder="Any surface"
        clearable
        clearButtonProps={{ 'aria-label': 'Clear: Surface' }}
        w={140}
        value={search.surface ?? null}
        data={codexSurfaces
          .filter((surface) => surfaces.includes(surface))
          .map((value) => ({ value, label: surfaceName(value) }))}
        onChange={(surface) => choose({ surface: isCodexSurface(surface) ? surface : undefined })}
      />
      {mayReadMembers && (
        <>
          <GroupPicker
            label="Group"
            placeholder="Any group"
            value={search.groupId}
            onChange={(groupId) => choose({ groupId })}
          />
          <MemberFilter memberId={search.memberId} onChange={(memberId) => choose({ memberId })} />
        </>
      )}
      <Select
        aria-label="Model"
        placeholder="Any model"
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Clear: Model' }}
        w={140}
        value={search.model ?? null}
        data={withChosen(choices?.models ?? [], search.model).filter((model) => model !== '')}
        onChange={(model) => choose({ model: model ?? undefined })}
      />
      {isFiltered(search) && (
        <Button
          variant="subtle"
          onClick={() => choose({ surface: undefined, groupId: undefined, memberId: undefined, model: undefined })}
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}
