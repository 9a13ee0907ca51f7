import { Page } from '#console/shell/Page.tsx';

export function LookUpPage() {
  return <Page title="LookUpPage">soon</Page>;
}
