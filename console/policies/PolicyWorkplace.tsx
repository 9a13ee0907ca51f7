import { Tabs } from '@mantine/core';
import { useBlocker, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { SaveBar } from '#console/drafts/SaveBar.tsx';
import { PolicySearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { PolicyProof } from '#console/verify/proofs/PolicyProof.tsx';
import type { Policy, PolicyDocument } from '#contract/policies.ts';
import { DocumentTab } from './DocumentTab.tsx';
import { DraftNotice } from './DraftNotice.tsx';
import { useDocumentEdits } from './form/use-document-edits.ts';
import classes from './PolicyPage.module.css';
import { PolicySettings } from './PolicySettings.tsx';
import { PolicySummaryLine } from './PolicySummaryLine.tsx';
import { ProtectionBanners } from './protection/ProtectionBanners.tsx';
import { ApprovalBanner } from './publication/ApprovalBanner.tsx';
import { PublishDialog } from './publication/PublishDialog.tsx';
import { ReviewButton } from './publication/ReviewButton.tsx';
import { TestsTab } from './tests/TestsTab.tsx';
import { usePolicyDraft } from './use-policy-draft.ts';
import { usePolicyLock } from './use-policy-lock.ts';
import { useValidation } from './use-validation.ts';
import { VersionsTab } from './versions/VersionsTab.tsx';

const tabs = ['document', 'defaults', 'tests', 'versions', 'settings'] as const;
type Wanted = 'save' | 'review';

/** One policy: what is written, checked, tested, published and kept of it. */
export function PolicyWorkplace({ policy }: { policy: Policy }) {
  const search = useSearch({ from: '/shell/policies/$id' });
  const navigate = useNavigate({ from: '/policies/$id' });
  const tab = search.tab ?? 'document';
  const lock = usePolicyLock();
  const draft = usePolicyDraft(policy);
  const { document } = draft;
  const validation = useValidation(document.contents, document.defaults);
  const contentsEdits = useDocumentEdits(document.contents, (contents) => draft.change({ contents }));
  const defaultsEdits = useDocumentEdits(document.defaults, (defaults) => draft.change({ defaults }));
  const isWriting = contentsEdits.isWriting || defaultsEdits.isWriting;
  const [wanted, setWanted] = useState<Wanted | null>(null);
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: () => draft.isChanged, disabled: !draft.isChanged });

  // What was typed into a field that is just being left belongs to what is saved.
  useEffect(() => {
    if (wanted === null || isWriting) return;
    setWanted(null);
    void draft.save().then(
      () => {
        if (wanted === 'review') void navigate({ search: (now) => ({ ...now, review: 1 }) });
        else showDone('The draft is saved. It changes nobody until it is published.');
      },
      () => undefined,
    );
  });

  const isReadOnly = lock.writing !== null;
  const shared = { policy, draft, validation, isReadOnly };
  const review = (
    <ReviewButton
      policy={policy}
      draft={draft}
      lock={lock}
      isBusy={wanted === 'review'}
      onReview={() => setWanted('review')}
    />
  );
  return (
    <Page
      title={policy.name}
      above={[{ label: 'Policies', to: paths.policies }]}
      description={
        <>
          <PolicySummaryLine policy={policy} />
          <PolicyProof policyId={policy.id} />
        </>
      }
      action={review}
      history={{ subjectId: policy.id }}
    >
      <ProtectionBanners />
      {policy.request && <ApprovalBanner policy={policy} request={policy.request} lock={lock} />}
      <DraftNotice policy={policy} draft={draft} isReadOnly={isReadOnly} />
      {draft.error && !draft.isBehind && <FailureNotice what="The draft was not saved" error={draft.error} />}
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) => void navigate({ search: PolicySearch.parse({ tab: value }), replace: true })}
      >
        <Tabs.List mb="lg" className={classes.tabs ?? ''}>
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {tabLabel(name, document)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="document">
          <DocumentTab key="contents" part="contents" edits={contentsEdits} {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="defaults">
          <DocumentTab key="defaults" part="defaults" edits={defaultsEdits} {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="tests">
          <TestsTab {...shared} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTab policy={policy} lock={lock} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <PolicySettings lock={lock} {...shared} />
        </Tabs.Panel>
      </Tabs>
      {!isReadOnly && draft.isChanged && (
        <SaveBar draft={draft} isBusy={draft.isSaving || wanted !== null} onSave={() => setWanted('save')} />
      )}
      {search.review && policy.draft && (
        <PublishDialog
          policy={policy}
          draft={policy.draft}
          lock={lock}
          onClose={() => void navigate({ search: ({ review: _, ...rest }) => rest, replace: true })}
        />
      )}
    </Page>
  );
}

const labels: Record<(typeof tabs)[number], string> = {
  document: 'Document',
  defaults: 'Defaults',
  tests: 'Tests',
  versions: 'Versions',
  settings: 'Settings',
};

function tabLabel(name: (typeof tabs)[number], { tests }: PolicyDocument): string {
  return name === 'tests' && tests.length > 0 ? `Tests (${tests.length})` : labels[name];
}
