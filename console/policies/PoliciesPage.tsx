import { Page } from '#console/shell/Page.tsx';

export function PoliciesPage() {
  return <Page title="PoliciesPage">soon</Page>;
}
