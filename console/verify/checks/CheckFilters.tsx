import { SegmentedControl, Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { VerifySearch } from '#console/page-search.ts';
import classes from './Checks.module.css';
import { areaNames, areaWords } from './check-words.ts';

/** Which part of the list is shown; the address holds it. */
export function CheckFilters() {
  const { area, show = 'all' } = useSearch({ from: '/shell/verify' });
  const navigate = useNavigate({ from: '/verify' });
  const change = (part: { area?: string | undefined; show?: string | undefined }) =>
    void navigate({
      search: (old) => VerifySearch.parse({ ...old, ...part }),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className={classes.filters}>
      <Select
        aria-label="Area"
        placeholder="Every area"
        clearable
        clearButtonProps={{ 'aria-label': 'Clear: area' }}
        w={180}
        value={area ?? null}
        data={areaNames.map((value) => ({ value, label: areaWords[value] }))}
        onChange={(next) => change({ area: next ?? undefined })}
      />
      <SegmentedControl
        aria-label="Show"
        value={show}
        data={[
          { value: 'all', label: 'Everything' },
          { value: 'open', label: 'Needs somebody' },
        ]}
        onChange={(next) => change({ show: next === 'all' ? undefined : next })}
      />
    </div>
  );
}
