import { Autocomplete, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { isAtLeast } from '#contract/client-versions.ts';
import { testedClients } from '#contract/tested-clients.ts';
import type { WorkspaceSettings } from '#contract/workspace.ts';
import classes from './Settings.module.css';
import { nameOf } from './settings-words.ts';

type Minimum = Pick<WorkspaceSettings, 'minimumClientVersion' | 'minimumClientFrom'>;

interface MinimumClientProps {
  value: Minimum;
  onChange?: ((value: Partial<Minimum>) => void) | undefined;
}

const versionPattern = /^\d{1,5}\.\d{1,5}\.\d{1,5}$/;
const newestTested = testedClients.at(-1) ?? '';

/** Null: it can be saved. */
export const minimumError = ({ minimumClientVersion: version }: Minimum): string | null =>
  version === null || versionPattern.test(version) ? null : `Write a version such as ${newestTested}, or nothing.`;

/** The oldest client that may call, and the day from which older ones are refused. */
export function MinimumClient({ value, onChange }: MinimumClientProps) {
  const { minimumClientVersion: version, minimumClientFrom: from } = value;
  const { data } = useQuery(api.estate.summary.queryOptions({ enabled: useCan('verify.read') }));
  const seen = (data?.versions ?? []).flatMap(({ version: each }) => (each === null ? [] : [each]));
  const isUntested = version !== null && versionPattern.test(version) && !isAtLeast(newestTested, version);
  return (
    <>
      <Autocomplete
        className={classes.field ?? ''}
        label={nameOf.minimumClientVersion}
        description={
          <>
            Older clients are told to update, with the version they need. Nothing: every version may call.{' '}
            <TextLink to={paths.estate} inherit>
              Who runs what
            </TextLink>
          </>
        }
        placeholder="Any version"
        data={[...new Set([...testedClients, ...seen])]}
        value={version ?? ''}
        readOnly={!onChange}
        error={minimumError(value)}
        onChange={(text) => {
          const next = text.trim() || null;
          onChange?.({ minimumClientVersion: next, ...(next === null && { minimumClientFrom: null }) });
        }}
      />
      {isUntested && (
        <p className={classes.sentence} role="status">
          Reeve was tested with clients up to {newestTested}. See that everybody can get {version} first.
        </p>
      )}
      <TextInput
        type="date"
        className={classes.field ?? ''}
        label={nameOf.minimumClientFrom}
        description="From the beginning of that day in UTC. Until then they go on, and the page of clients says who has to update. Nothing: at once."
        disabled={version === null}
        value={from?.slice(0, 10) ?? ''}
        readOnly={!onChange}
        onChange={(event) => {
          const day = event.currentTarget.value;
          onChange?.({ minimumClientFrom: day === '' ? null : `${day}T00:00:00.000Z` });
        }}
      />
    </>
  );
}
