import { Page } from '#console/shell/Page.tsx';

export function GroupsPage() {
  return <Page title="GroupsPage">soon</Page>;
}
