import { useDocumentTitle } from '@mantine/hooks';
import { Link, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { HistoryLink, type HistoryOf } from '#console/audit/HistoryLink.tsx';
import { PageHeader } from '#console/ui/PageHeader.tsx';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  description?: ReactNode;
  /** The pages above this one; the title itself is added at the end. */
  above?: {
    label: string;
    to:
      | '/members'
      | '/groups'
      | '/policies'
      | '/roles'
      | '/single-sign-on'
      | '/activity'
      | '/team-config'
      | '/verify'
      | '/verify/proofs'
      | '/codex/tasks'
      | '/codex/environments';
  }[];
  action?: ReactNode;
  /** What the page is about, as the audit log names it: its history is one click away. */
  history?: HistoryOf | undefined;
  /** Tables may use the whole width. */
  isWide?: boolean;
  children: ReactNode;
}

let hasNavigated = false;

/** Title, breadcrumb and where the focus goes after a navigation. */
export function Page({ title, description, above = [], action, history, isWide = false, children }: PageProps) {
  const { pathname } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  useDocumentTitle(`${title} · Reeve`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves once per address, so that screen readers say the new title
  useEffect(() => {
    if (hasNavigated) heading.current?.focus({ preventScroll: true });
    hasNavigated = true;
  }, [pathname]);
  return (
    <div className={classes.page} data-wide={isWide || undefined}>
      <PageHeader
        title={title}
        titleRef={heading}
        description={description}
        action={
          history ? (
            <>
              <HistoryLink of={history} />
              {action}
            </>
          ) : (
            action
          )
        }
        breadcrumbs={above.length > 0 && <Breadcrumbs above={above} title={title} />}
      />
      {children}
    </div>
  );
}

function Breadcrumbs({ above, title }: Required<Pick<PageProps, 'above' | 'title'>>) {
  return (
    <nav aria-label="Breadcrumb">
      <ol className={classes.crumbs}>
        {above.map(({ label, to }) => (
          <li key={to}>
            <Link to={to}>{label}</Link>
          </li>
        ))}
        <li aria-current="page">{title}</li>
      </ol>
    </nav>
  );
}
