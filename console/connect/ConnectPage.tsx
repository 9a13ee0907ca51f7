import { SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { ConnectSearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { BundlesOfGroups } from './BundlesOfGroups.tsx';
import classes from './Connect.module.css';
import { guessSystem } from './guess-system.ts';
import { RecipeSteps } from './RecipeSteps.tsx';

const audiences = [
  { value: 'person', label: 'This machine' },
  { value: 'ci', label: 'CI' },
  { value: 'fleet', label: 'A fleet' },
  { value: 'proxy', label: 'By proxy' },
];
const systems = [
  { value: 'linux', label: 'Linux' },
  { value: 'macos', label: 'macOS' },
  { value: 'windows', label: 'Windows' },
];

export function ConnectPage() {
  const search = useSearch({ from: '/shell/connect' });
  const navigate = useNavigate({ from: '/connect' });
  const audience = search.for ?? 'person';
  const system = search.system ?? guessSystem(navigator.userAgent);
  const recipes = useQuery(api.connect.recipes.queryOptions({ staleTime: 60_000 }));
  const choose = (part: Record<string, string>) =>
    void navigate({ search: (old) => ConnectSearch.parse({ ...old, ...part }), replace: true });
  return (
    <Page
      title="Connect a client"
      description="What to run so that the stock Codex client signs in here, gets its policy here and works through here."
    >
      <Loaded query={recipes} what="The instructions could not be loaded">
        {({ items, baseUrl, caFingerprint }) => {
          const forAudience = items.filter((recipe) => recipe.audience === audience);
          const hasSystems = forAudience.some((recipe) => recipe.system !== 'any');
          const shown = forAudience.filter((recipe) => recipe.system === 'any' || recipe.system === system);
          return (
            <>
              <div className={classes.choices}>
                <SegmentedControl
                  aria-label="For what"
                  data={audiences}
                  value={audience}
                  onChange={(value) => choose({ for: value })}
                />
                {hasSystems && (
                  <SegmentedControl
                    aria-label="System"
                    data={systems}
                    value={system}
                    onChange={(value) => choose({ system: value })}
                  />
                )}
              </div>
              {shown.length === 0 && (
                <EmptyState>There is no way for this system. Choose another system or another way above.</EmptyState>
              )}
              {shown.map((recipe) => (
                <RecipeSteps key={recipe.id} recipe={recipe} />
              ))}
              <BundlesOfGroups />
              <Section title="What to compare" description="The join script shows these before it changes anything.">
                <Stack gap="md">
                  <CopyField label="Address" value={baseUrl} />
                  {caFingerprint && (
                    <CopyField
                      label="Fingerprint of this server's certificate authority (SHA-256)"
                      value={caFingerprint}
                    />
                  )}
                </Stack>
              </Section>
              <Section title="Have a code from a terminal?">
                <TextLink to={paths.device}>Enter the device code</TextLink>
              </Section>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
