import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Starter } from '#contract/team-config-bundles.ts';
import { FileBrowser } from './files/FileBrowser.tsx';
import classes from './new/NewBundle.module.css';
import { StarterChoice } from './new/StarterChoice.tsx';
import { slugOf, slugProblem } from './new/slug-of.ts';
import { useBundleLock } from './use-bundle-lock.ts';

interface Written {
  name: string;
  /** Null: made of the name. */
  slug: string | null;
  description: string;
}

const blank: Written = { name: '', slug: null, description: '' };

/** Chooses what to start from and gives it a name; the rest is the page of the draft that this makes. */
export function NewBundlePage() {
  const lock = useBundleLock();
  const starters = useQuery(api.teamConfig.starters.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  return (
    <Page
      title="New bundle"
      description="Choose what to start from. It becomes a draft that no group and no repository gets until it is published."
      above={[{ label: 'Team Config', to: paths.teamConfig }]}
    >
      {lock.writing !== null ? (
        <Notice tone="info" title="Bundles are written by others">
          <p>{lock.writing}</p>
        </Notice>
      ) : (
        <Loaded query={starters} what="The starters could not be loaded" skeleton={<RowSkeletons rows={6} />}>
          {({ items }) => <BundleForm starters={items} />}
        </Loaded>
      )}
    </Page>
  );
}

function BundleForm({ starters }: { starters: Starter[] }) {
  const { starter: asked } = useSearch({ from: '/shell/team-config/new' });
  const navigate = useNavigate();
  const [written, setWritten, forget] = useSessionStorage<Written>({
    key: 'reeve-new-bundle',
    defaultValue: blank,
    getInitialValueInEffect: false,
  });
  const [isTried, setTried] = useState(false);
  const starter = asked === 'empty' ? undefined : (starters.find(({ id }) => id === asked) ?? starters[0]);
  const slug = written.slug ?? slugOf(written.name);
  const create = useMutation(
    api.teamConfig.create.mutationOptions({
      onSuccess: async ({ bundle }) => {
        forget();
        showDone(`${bundle.name} is a draft now. Nobody gets it before it is published.`);
        await navigate({ to: paths.bundle, params: { id: bundle.id } });
      },
    }),
  );
  const said = create.error ? fieldErrors(describeFailure(create.error)) : {};
  const nameError = written.name.trim() === '' ? 'Give the bundle a name, for example “TypeScript services”.' : null;
  const slugError = slugProblem(slug);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameError || slugError) return;
    create.mutate({
      name: written.name.trim(),
      slug,
      description: written.description,
      ...(starter && { starterId: starter.id }),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className={classes.columns}>
        <StarterChoice starters={starters} chosen={starter?.id ?? 'empty'} />
        <Stack gap="md" className={classes.fields ?? ''}>
          {create.error && <FailureNotice what="The bundle was not made" error={create.error} />}
          <TextInput
            label="Name"
            maxLength={80}
            value={written.name}
            error={(isTried && nameError) || said.name}
            onChange={(event) => setWritten({ ...written, name: event.currentTarget.value })}
          />
          <TextInput
            label="Address"
            description="Of its downloads and its Git repository. It cannot be changed later."
            classNames={{ input: classes.slug ?? '' }}
            maxLength={60}
            value={slug}
            error={(isTried || written.slug !== null) && slug !== '' ? (slugError ?? said.slug) : said.slug}
            onChange={(event) => setWritten({ ...written, slug: event.currentTarget.value.trim() || null })}
          />
          <Textarea
            label="Description"
            description="For whom is it, and what does it set?"
            autosize
            minRows={2}
            maxLength={1000}
            value={written.description}
            onChange={(event) => setWritten({ ...written, description: event.currentTarget.value })}
          />
          <Group>
            <Button type="submit" loading={create.isPending}>
              Create draft
            </Button>
          </Group>
        </Stack>
      </div>
      {starter && (
        <section className={classes.preview} aria-labelledby="starter-files">
          <h2 id="starter-files" className={classes.title}>
            What it starts with
          </h2>
          <FileBrowser key={starter.id} files={starter.files} />
        </section>
      )}
    </form>
  );
}
