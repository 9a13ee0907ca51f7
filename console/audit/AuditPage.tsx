import { Page } from '#console/shell/Page.tsx';

export function AuditPage() {
  return <Page title="AuditPage">soon</Page>;
}
