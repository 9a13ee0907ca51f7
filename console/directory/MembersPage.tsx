import { Page } from '#console/shell/Page.tsx';

export function MembersPage() {
  return <Page title="MembersPage">soon</Page>;
}
