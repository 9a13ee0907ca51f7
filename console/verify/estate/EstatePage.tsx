import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { VerifyTabs } from '../VerifyTabs.tsx';
import { EstateSummary } from './EstateSummary.tsx';
import { EstateTable } from './EstateTable.tsx';

/** Which clients, surfaces and policy versions are really there. */
export function EstatePage() {
  const summary = useQuery(api.estate.summary.queryOptions({ refetchInterval: 60_000 }));
  return (
    <Page
      isWide
      title="Clients in the field"
      description="What members run, as their clients told it with model calls, fetches of the policy and telemetry, in the last 30 days. A version is a client’s own word."
    >
      <VerifyTabs />
      <Loaded query={summary} what="The clients could not be summed up">
        {(figures) =>
          figures.members === 0 ? (
            <EmptyState action={<TextLink to={paths.connect}>Connect a client</TextLink>}>
              No client was seen in the last 30 days. Each that calls the gateway or fetches its policy stands here.
            </EmptyState>
          ) : (
            <>
              <EstateSummary figures={figures} />
              <EstateTable versions={figures.versions} surfaces={figures.surfaces} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
