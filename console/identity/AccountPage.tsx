import { Page } from '#console/shell/Page.tsx';

export function AccountPage() {
  return <Page title="AccountPage">soon</Page>;
}
