import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { TomlEditor } from '#console/ui/TomlEditor.tsx';
import type { Diagnostic, Policy } from '#contract/policies.ts';
import { ClientRemarks } from './ClientRemarks.tsx';
import { DiagnosticList } from './DiagnosticList.tsx';
import { type DocumentPart, documentKinds } from './document-kinds.ts';
import { DocumentFields } from './form/DocumentFields.tsx';
import { DocumentFormProvider } from './form/document-form.ts';
import type { useDocumentEdits } from './form/use-document-edits.ts';
import classes from './PolicyPage.module.css';
import { completeDocument } from './toml/complete-document.ts';
import { describePlace } from './toml/describe-place.ts';
import type { WorkingDraft } from './use-policy-draft.ts';
import type { Validation } from './use-validation.ts';

interface DocumentTabProps {
  part: DocumentPart;
  policy: Policy;
  draft: WorkingDraft;
  validation: Validation;
  edits: ReturnType<typeof useDocumentEdits>;
  isReadOnly: boolean;
}

/** Two views of the same text. */
export function DocumentTab({ part, draft, validation, edits, isReadOnly }: DocumentTabProps) {
  const { view = 'form', keys = '', show } = useSearch({ from: '/shell/policies/$id' });
  const navigate = useNavigate({ from: '/policies/$id' });
  const [jumpTo, setJumpTo] = useState<Diagnostic['from']>();
  const { fileName, explanation, groups, shape, unset, guidance } = documentKinds[part];
  const assist = useMemo(
    () => ({
      complete: (text: string, offset: number) => completeDocument(shape, text, offset),
      describe: (text: string, offset: number) => describePlace(shape, text, offset),
    }),
    [shape],
  );
  const contents = draft.document[part];
  const write = (text: string) => draft.change({ [part]: text });
  const diagnostics = part === 'contents' ? validation.diagnostics : validation.defaultsDiagnostics;
  const showView = (next: 'form' | 'toml') =>
    void navigate({ search: (now) => ({ ...now, view: next === 'form' ? undefined : next }), replace: true });
  const jump = (position: Diagnostic['from']) => {
    setJumpTo(position);
    showView('toml');
  };
  const findings = (
    <>
      {edits.error !== null && <FailureNotice what="The last change was not written" error={edits.error} />}
      {validation.error ? (
        <FailureNotice what="The document could not be checked" error={validation.error} />
      ) : (
        <DiagnosticList
          diagnostics={view === 'form' ? diagnostics.filter(({ severity }) => severity !== 'info') : diagnostics}
          isCurrent={validation.isCurrent && !edits.isWriting}
          onJump={jump}
          onFix={isReadOnly ? undefined : write}
        />
      )}
    </>
  );
  return (
    <>
      <div className={classes.toolbar}>
        <p className={classes.explain}>{explanation}</p>
        <SegmentedControl
          aria-label="View"
          value={view}
          onChange={(next) => showView(next === 'toml' ? 'toml' : 'form')}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'toml', label: 'TOML' },
          ]}
        />
      </div>
      {view === 'form' && <div className={classes.findings}>{findings}</div>}
      {view === 'toml' ? (
        <TomlEditor
          label={fileName}
          value={contents}
          onChange={write}
          diagnostics={diagnostics}
          isReadOnly={isReadOnly}
          assist={assist}
          jumpTo={jumpTo}
        />
      ) : edits.values === null ? (
        <Notice tone="bad" title="The document cannot be read, so there is no form">
          <p>Its text is no TOML yet. Put it right in the TOML view; the form comes back by itself.</p>
        </Notice>
      ) : (
        <DocumentFormProvider value={{ edit: edits.edit, isReadOnly, diagnostics, unset, guidance }}>
          <DocumentFields
            groups={groups}
            shape={shape}
            values={edits.values}
            filter={{
              search: keys,
              isOnlySet: show === 'set' || (show === undefined && Object.keys(edits.values).length > 0),
            }}
            onFilter={({ search, isOnlySet }) =>
              void navigate({
                search: (now) => ({ ...now, keys: search || undefined, show: isOnlySet ? 'set' : 'all' }),
                replace: true,
              })
            }
          />
        </DocumentFormProvider>
      )}
      {view === 'toml' && findings}
      {part === 'contents' && validation.clients.length > 0 && (
        <div className={classes.apart}>
          <Section
            title="What each client version makes of this"
            description="Only what differs. Versions that are not named do everything the document says."
          >
            <ClientRemarks remarks={validation.clients} onJump={jump} />
          </Section>
        </div>
      )}
    </>
  );
}
