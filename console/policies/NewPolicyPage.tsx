import { Page } from '#console/shell/Page.tsx';

export function NewPolicyPage() {
  return <Page title="NewPolicyPage">soon</Page>;
}
